package org.workedanswers.answers.sheet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.PlainKernels;
import picocli.CommandLine.Help.Ansi;

class SheetTest {
  @Test
  void aTableSetsNumbersToTheRightAndWrapsItsWidestColumnOfWords() {
    Table t = Table.of("", "name", "bits").row("int8", 8).row("a longer name of it", "4.5");
    assertEquals(
        List.of(
            "name                 bits",
            "───────────────────  ────",
            "int8                    8",
            "a longer name of it   4.5"),
        TableText.lines(t, 80));
    assertEquals(
        List.of(
            "name           bits",
            "─────────────  ────",
            "int8              8",
            "a longer name   4.5",
            "of it"),
        TableText.lines(t, 19));
    assertThrows(IllegalArgumentException.class, () -> t.row("one cell"));
  }

  @Test
  void aHeatMapShowsTheLargestValueDarkAndItsLabelsAtTheSides() {
    HeatMap map =
        new HeatMap(
            "head 0",
            Matrix.of(new float[][] {{1, 0}, {0.3f, 0.7f}}),
            1,
            List.of("the", "cat"),
            List.of("the", "cat"));
    assertEquals(
        List.of(
            "head 0",
            "    t c",
            "    h a",
            "    e t",
            "the ██",
            "cat ░░▓▓",
            "",
            "shades: blank 0, ·· below 0.20, ░░ below 0.40, ▒▒ below 0.60, ▓▓ below 0.80, ██ from 0.80"),
        HeatMapText.lines(List.of(map), 90));
    assertEquals(6 + 6 + 1 + 1 + 1, HeatMapText.lines(List.of(map, map), 12).size());
    assertThrows(
        IllegalArgumentException.class,
        () -> new HeatMap("", Matrix.zeros(2, 2), 1, List.of("x"), List.of()));
  }

  @Test
  void aPlotPlacesTheEndsOfACurveInItsCorners() {
    Plot plot =
        new Plot("", "n", true, "bytes", true)
            .curve("square", new double[] {1, 10, 100}, new double[] {1, 100, 10000});
    List<String> lines = PlotText.lines(plot);
    assertTrue(lines.get(1).startsWith("10,000 │") && lines.get(1).endsWith(" o"), lines.get(1));
    assertTrue(lines.get(14).startsWith("     1 │o"), lines.get(14));
    assertEquals(1, lines.stream().filter(l -> l.contains("n (log)")).count());
    assertThrows(
        IllegalArgumentException.class,
        () -> plot.curve("bad", new double[] {0}, new double[] {1}));
    assertThrows(
        IllegalArgumentException.class,
        () -> plot.curve("bad", new double[] {1}, new double[] {1, 2}));
  }

  @Test
  void anExcerptIsTheMethodAsItStandsInItsSource() {
    List<String> lines = Excerpt.of(PlainKernels.class, "axpy");
    assertTrue(lines.get(0).startsWith("public void axpy(int n, float alpha"), lines.get(0));
    assertEquals("}", lines.get(lines.size() - 1));
    assertTrue(lines.stream().anyMatch(l -> l.contains("+= alpha * x")));
    assertThrows(
        IllegalArgumentException.class, () -> Excerpt.of(PlainKernels.class, "noSuchMethod"));
  }

  @Test
  void noLineOfProseOrTableIsWiderThanThePage() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    Worksheet sheet =
        new TerminalSheet(new PrintStream(bytes, true, StandardCharsets.UTF_8), Ansi.OFF);
    sheet.title(4, "A title");
    sheet.text("some words ".repeat(60));
    sheet.list(List.of("an item ".repeat(40)));
    sheet.bars("bars", List.of("a", "bb"), new double[] {1, 3}, "ms");
    sheet.table(Table.of("c", "x", "y").row("word ".repeat(50), "z"));
    String text = bytes.toString(StandardCharsets.UTF_8);
    text.lines().forEach(l -> assertTrue(Text.columns(l) <= TerminalSheet.WIDTH, l));
    assertTrue(text.contains("█"));
  }
}
