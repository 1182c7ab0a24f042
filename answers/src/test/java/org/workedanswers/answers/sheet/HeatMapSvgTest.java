package org.workedanswers.answers.sheet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.SeededRandom;

class HeatMapSvgTest {
  private static Document parse(String svg) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));
  }

  private static double number(Element e, String attribute) {
    return Double.parseDouble(e.getAttribute(attribute));
  }

  /**
   * Each value stands in a cell of its own, row by row, inside the picture, as dark as it is large.
   */
  @Test
  void cellsAreTheValues() throws Exception {
    SeededRandom random = new SeededRandom(2);
    List<HeatMap> maps = new ArrayList<>();
    for (int m = 0; m < 6; m++) {
      Matrix values = random.uniform(5, 7, 0, 1);
      maps.add(new HeatMap("map " + m, values, 0.5f, List.of(), List.of()));
    }
    Document svg = parse(HeatMapSvg.of(maps, List.of()));
    double width = number(svg.getDocumentElement(), "width");
    double height = number(svg.getDocumentElement(), "height");
    NodeList titles = svg.getElementsByTagName("title");
    assertEquals(6 * 35, titles.getLength());
    for (int t = 0; t < titles.getLength(); t++) {
      int i = t % 35 / 7;
      int j = t % 7;
      float value = maps.get(t / 35).values().get(i, j);
      assertEquals(String.format(Locale.ROOT, "%.4f", value), titles.item(t).getTextContent());
      Element cell = (Element) titles.item(t).getParentNode();
      assertEquals(Math.min(1, value / 0.5), number(cell, "fill-opacity"), 0.0006);
      Element first = (Element) titles.item(t / 35 * 35).getParentNode();
      double size = number(cell, "width") + 1;
      assertEquals(number(first, "x") + j * size, number(cell, "x"));
      assertEquals(number(first, "y") + i * size, number(cell, "y"));
      assertTrue(number(cell, "x") + size < width && number(cell, "y") + size < height);
    }
  }

  /** A small map has a picture that is wide and high enough for what stands below it. */
  @Test
  void belowStandsWhatShadesMean() throws Exception {
    List<String> legend = List.of("a row: where its token looks", "a column: what is looked at");
    HeatMap map = new HeatMap("m", Matrix.zeros(1, 1), 0.25f, List.of(), List.of());
    Document svg = parse(HeatMapSvg.of(List.of(map), legend));
    NodeList texts = svg.getElementsByTagName("text");
    List<String> lines = new ArrayList<>();
    for (int i = 1; i < texts.getLength(); i++) {
      Element text = (Element) texts.item(i);
      lines.add(text.getTextContent());
      double letters = 0.62 * 11 * text.getTextContent().length();
      assertTrue(number(text, "x") + letters < number(svg.getDocumentElement(), "width"));
      assertTrue(number(text, "y") < number(svg.getDocumentElement(), "height"));
    }
    assertEquals(List.of(legend.get(0), legend.get(1), "0", "0.25 and above"), lines);
    NodeList rectangles = svg.getElementsByTagName("rect");
    List<Double> shades = new ArrayList<>();
    for (int i = rectangles.getLength() - 6; i < rectangles.getLength(); i++) {
      Element shade = (Element) rectangles.item(i);
      shades.add(number(shade, "fill-opacity"));
      assertEquals(number(shade, "y") + 11, number((Element) texts.item(3), "y"));
    }
    assertEquals(List.of(0.0, 0.2, 0.4, 0.6, 0.8, 1.0), shades);
  }

  @Test
  void labelsAreTextWhateverStandsInThem() throws Exception {
    List<String> labels =
        List.of("<script>", "a&b\"'", "]]>", "a piece that is far too long to be shown");
    HeatMap map = new HeatMap("<b>", Matrix.zeros(4, 4), 1, labels, labels);
    String svg = HeatMapSvg.of(List.of(map), List.of("<i> &", "x"));
    Document parsed = parse(svg);
    NodeList texts = parsed.getElementsByTagName("text");
    assertEquals(1 + 2 * 4 + 2 + 2, texts.getLength());
    assertEquals("<i> &", texts.item(9).getTextContent());
    assertEquals("<b>", texts.item(0).getTextContent());
    for (int i = 0; i < 3; i++) {
      assertEquals(labels.get(i), texts.item(1 + i).getTextContent());
      assertEquals(labels.get(i), texts.item(5 + i).getTextContent());
    }
    assertTrue(texts.item(4).getTextContent().length() <= 16);
    assertEquals(0, parsed.getElementsByTagName("script").getLength());
  }
}
