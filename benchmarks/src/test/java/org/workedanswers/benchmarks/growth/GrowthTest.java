package org.workedanswers.benchmarks.growth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;

class GrowthTest {
  private static final List<Curve> CURVES = List.of(curve("square", 2), curve("line", 1));

  @TempDir Path folder;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private static Curve curve(String name, double exponent) {
    double[] sizes = {10, 20, 40, 80};
    double[] costs = new double[sizes.length];
    for (int i = 0; i < sizes.length; i++) {
      costs[i] = Math.pow(sizes[i], exponent);
    }
    return new Curve(
        name,
        "The " + name + " <of> it",
        "things",
        "seconds",
        "it is known",
        () -> List.of(new Points("one", sizes, costs), new Points("two", sizes, sizes)));
  }

  private int run(String... args) {
    out.reset();
    err.reset();
    return Growth.run(
        CURVES,
        List.of(args),
        new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8));
  }

  private String printed() {
    return out.toString(StandardCharsets.UTF_8);
  }

  @Test
  void exponentsArePrintedForThoseThatAreAskedFor() {
    assertEquals(0, run("square"));
    assertTrue(printed().contains("exponent 2.00 ± 0.00"), printed());
    assertTrue(printed().contains("6400"), printed());
    assertTrue(printed().contains("expected: it is known"), printed());
    assertFalse(printed().contains("The line"), printed());
    assertEquals(0, run());
    assertTrue(printed().contains("The square") && printed().contains("The line"), printed());
  }

  @Test
  void picturesAreSvgWithTitleAxesAndExponents() throws Exception {
    assertEquals(0, run("--svg", folder.resolve("new").toString(), "line"));
    Path file = folder.resolve("new/line.svg");
    assertTrue(printed().contains("drawn: " + file), printed());
    assertFalse(Files.exists(folder.resolve("new/square.svg")));
    DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
    factory.setFeature("http://apache.org/xml/features/nonvalidating/load-external-dtd", false);
    Document svg = factory.newDocumentBuilder().parse(file.toFile());
    assertEquals("svg", svg.getDocumentElement().getNodeName());
    String text = svg.getDocumentElement().getTextContent();
    for (String part : List.of("The line <of> it", "things", "seconds", "one: exponent 1.00")) {
      assertTrue(text.contains(part), text);
    }
  }

  @Test
  void wrongUsageIsASentenceAndStatusTwo() throws Exception {
    assertEquals(2, run("circle"));
    assertEquals(
        "study: there is no curve 'circle': there are square, line",
        err.toString(StandardCharsets.UTF_8).lines().findFirst().orElseThrow());
    assertEquals(2, run("--svg"));
    Path file = Files.writeString(folder.resolve("file"), "");
    assertEquals(2, run("line", "--svg", file.toString()));
    assertFalse(err.toString(StandardCharsets.UTF_8).contains("\tat "));
    assertEquals(0, run("--help"));
    assertTrue(printed().contains("square, line"), printed());
  }
}
