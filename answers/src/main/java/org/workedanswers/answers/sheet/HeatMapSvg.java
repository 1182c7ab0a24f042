package org.workedanswers.answers.sheet;

import java.io.StringWriter;
import java.util.List;
import java.util.Locale;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;
import org.workedanswers.answers.ledger.Numbers;
import org.workedanswers.core.Matrix;

/**
 * Heat maps as an SVG picture, side by side in rows of {@value #ACROSS}: a square a value, darker
 * for more, the value itself where a mouse rests on it, and below what rows, columns and shades
 * are.
 */
public final class HeatMapSvg {
  private static final int ACROSS = 4;
  private static final int CELL = 14;
  private static final int GAP = 24;
  private static final int TITLE = 22;
  private static final int FONT = 11;
  private static final double LETTER = 0.62 * FONT; // of a font whose letters are equally wide
  private static final int MOST_LETTERS = 16;
  private static final int LINE = 16;
  private static final int SHADES = 6;
  private static final String INK = "#1f4e79";

  private final XMLStreamWriter out;

  private HeatMapSvg(XMLStreamWriter out) {
    this.out = out;
  }

  /**
   * The picture of maps that are of one size and one darkest value, as XML.
   *
   * @param legend lines below them, before that of the shades
   */
  public static String of(List<HeatMap> maps, List<String> legend) {
    StringWriter text = new StringWriter();
    try {
      new HeatMapSvg(XMLOutputFactory.newInstance().createXMLStreamWriter(text))
          .picture(maps, legend);
    } catch (XMLStreamException e) {
      throw new IllegalStateException("a string can always be written", e);
    }
    return text.toString();
  }

  private void picture(List<HeatMap> maps, List<String> legend) throws XMLStreamException {
    int left = 0;
    int above = 0;
    int width = 0;
    int height = 0;
    for (HeatMap map : maps) {
      left = Math.max(left, room(map.rowLabels()));
      above = Math.max(above, room(map.colLabels()));
      width = Math.max(width, CELL * map.values().cols());
      height = Math.max(height, CELL * map.values().rows());
    }
    int across = left + width + GAP;
    int down = TITLE + above + height + GAP;
    int columns = Math.min(ACROSS, maps.size());
    int rows = (maps.size() + ACROSS - 1) / ACROSS;
    String darkest = Numbers.fixed(maps.get(0).max(), 2) + " and above";
    int words = legend.stream().mapToInt(Text::columns).max().orElse(0);
    int shades = CELL * SHADES + (int) Math.ceil(LETTER * (5 + darkest.length()));
    int below = GAP + rows * down;
    int wide = Math.max(columns * across, Math.max((int) Math.ceil(LETTER * words), shades) + GAP);
    int high = below + LINE * (legend.size() + 1) + GAP;
    out.writeStartElement("svg");
    out.writeAttribute("xmlns", "http://www.w3.org/2000/svg");
    attributes("width", GAP + wide, "height", high, "font-family", "monospace", "font-size", FONT);
    rectangle(0, 0, GAP + wide, high, "#ffffff", 1);
    out.writeEndElement();
    for (int i = 0; i < maps.size(); i++) {
      int x = GAP + i % ACROSS * across;
      int y = GAP + i / ACROSS * down;
      map(maps.get(i), x, y, x + left, y + TITLE + above);
    }
    for (int l = 0; l < legend.size(); l++) {
      text(legend.get(l), GAP, below + LINE * l + FONT, "text-anchor", "start");
    }
    shades(darkest, below + LINE * legend.size());
    out.writeEndElement();
    out.writeEndDocument();
  }

  /** From white, which is 0, to the darkest. */
  private void shades(String darkest, int y) throws XMLStreamException {
    text("0", GAP, y + FONT, "text-anchor", "start");
    int x = GAP + (int) Math.ceil(2 * LETTER);
    for (int s = 0; s < SHADES; s++) {
      rectangle(x + CELL * s, y, CELL - 1, CELL - 1, INK, s / (SHADES - 1.0));
      out.writeEndElement();
    }
    int end = x + CELL * SHADES + (int) Math.ceil(LETTER);
    text(darkest, end, y + FONT, "text-anchor", "start");
  }

  private static int room(List<String> labels) {
    int letters = labels.stream().mapToInt(l -> Text.columns(label(l))).max().orElse(0);
    return (int) Math.ceil(letters * LETTER) + (letters == 0 ? 0 : 6);
  }

  private static String label(String text) {
    return Text.shortened(text, MOST_LETTERS);
  }

  /** Its title at (x, y), its first cell at (left, top). */
  private void map(HeatMap map, int x, int y, int left, int top) throws XMLStreamException {
    text(map.caption(), x, y + FONT, "font-weight", "bold");
    Matrix values = map.values();
    for (int i = 0; i < map.rowLabels().size(); i++) {
      text(label(map.rowLabels().get(i)), left - 6, top + CELL * i + FONT, "text-anchor", "end");
    }
    for (int j = 0; j < map.colLabels().size(); j++) {
      int at = left + CELL * j + FONT;
      text(
          label(map.colLabels().get(j)),
          at,
          top - 6,
          "transform",
          String.format(Locale.ROOT, "rotate(-90 %d %d)", at, top - 6));
    }
    for (int i = 0; i < values.rows(); i++) {
      for (int j = 0; j < values.cols(); j++) {
        float value = values.get(i, j);
        double shade = Math.min(1, Math.max(0, value / map.max()));
        rectangle(left + CELL * j, top + CELL * i, CELL - 1, CELL - 1, INK, shade);
        out.writeStartElement("title");
        out.writeCharacters(String.format(Locale.ROOT, "%.4f", value));
        out.writeEndElement();
        out.writeEndElement();
      }
    }
    out.writeStartElement("rect");
    attributes(
        "x",
        left - 1,
        "y",
        top - 1,
        "width",
        CELL * values.cols() + 1,
        "height",
        CELL * values.rows() + 1,
        "fill",
        "none",
        "stroke",
        "#999999");
    out.writeEndElement();
  }

  /** Left open, for what belongs to it. */
  private void rectangle(int x, int y, int width, int height, String fill, double opacity)
      throws XMLStreamException {
    out.writeStartElement("rect");
    attributes(
        "x",
        x,
        "y",
        y,
        "width",
        width,
        "height",
        height,
        "fill",
        fill,
        "fill-opacity",
        String.format(Locale.ROOT, "%.3f", opacity));
  }

  private void text(String text, int x, int y, String key, String value) throws XMLStreamException {
    out.writeStartElement("text");
    attributes("x", x, "y", y, key, value);
    out.writeCharacters(text);
    out.writeEndElement();
  }

  private void attributes(Object... pairs) throws XMLStreamException {
    for (int i = 0; i < pairs.length; i += 2) {
      out.writeAttribute(pairs[i].toString(), pairs[i + 1].toString());
    }
  }
}
