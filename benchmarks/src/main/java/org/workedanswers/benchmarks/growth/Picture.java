package org.workedanswers.benchmarks.growth;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Dimension;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.Shape;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Rectangle2D;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.apache.batik.svggen.SVGGraphics2D;
import org.jfree.chart.ChartFactory;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.axis.LogarithmicAxis;
import org.jfree.chart.axis.NumberTick;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.renderer.xy.XYLineAndShapeRenderer;
import org.jfree.chart.text.TextUtils;
import org.jfree.chart.ui.RectangleEdge;
import org.jfree.chart.ui.TextAnchor;
import org.jfree.data.Range;
import org.jfree.data.xy.XYSeries;
import org.jfree.data.xy.XYSeriesCollection;
import org.w3c.dom.Document;

/** Points on two logarithmic axes, drawn by JFreeChart and written as SVG by Batik. */
final class Picture {
  private static final int WIDTH = 560;
  private static final int HEIGHT = 360;
  private static final double MARGIN = 1.1;
  private static final Font TEXT = new Font(Font.SANS_SERIF, Font.PLAIN, 12);
  private static final DecimalFormat NUMBERS =
      new DecimalFormat("#,##0.#########", DecimalFormatSymbols.getInstance(Locale.ROOT));
  private static final Color PALE = new Color(0xdd, 0xdd, 0xdd);

  /** Lines differ in colour and in shape, for those who can't tell the colours apart. */
  private static final Color[] COLOURS = {
    new Color(0x1f, 0x5f, 0xa8), new Color(0xc2, 0x4d, 0x12), new Color(0x3a, 0x7d, 0x44)
  };

  private static final Shape[] SHAPES = {
    new Ellipse2D.Double(-4, -4, 8, 8),
    new Rectangle2D.Double(-3.5, -3.5, 7, 7),
    new Ellipse2D.Double(-2, -5, 4, 10)
  };

  static {
    TextUtils.setUseDrawRotatedStringWorkaround(false); // text stays text, and can be searched
  }

  private Picture() {}

  /** Draws the lines of a curve, three at most, and writes the picture. */
  static void write(Path file, Curve curve, List<Points> lines) throws IOException {
    XYSeriesCollection data = new XYSeriesCollection();
    XYLineAndShapeRenderer renderer = new XYLineAndShapeRenderer();
    for (int i = 0; i < lines.size(); i++) {
      Points p = lines.get(i);
      XYSeries series =
          new XYSeries(
              String.format(Locale.ROOT, "%s: exponent %.2f", p.name(), p.exponent().value()));
      for (int j = 0; j < p.sizes().length; j++) {
        series.add(p.sizes()[j], p.costs()[j]);
      }
      data.addSeries(series);
      renderer.setSeriesPaint(i, COLOURS[i]);
      renderer.setSeriesShape(i, SHAPES[i]);
      renderer.setSeriesStroke(i, new BasicStroke(1.5f));
    }
    JFreeChart chart = ChartFactory.createXYLineChart(curve.title(), "", "", data);
    chart.setBackgroundPaint(Color.WHITE);
    chart.getTitle().setFont(TEXT.deriveFont(Font.BOLD, 14f));
    chart.getLegend().setItemFont(TEXT);
    XYPlot plot = chart.getXYPlot();
    plot.setRenderer(renderer);
    plot.setBackgroundPaint(Color.WHITE);
    plot.setDomainGridlinePaint(PALE);
    plot.setRangeGridlinePaint(PALE);
    plot.setDomainAxis(styled(new SizeAxis(curve.size(), lines.get(0).sizes())));
    LogarithmicAxis costs = styled(new LogarithmicAxis(curve.cost()));
    costs.setRange(decades(data.getRangeBounds(false)));
    plot.setRangeAxis(costs);
    SVGGraphics2D svg = new SVGGraphics2D(emptyDocument());
    svg.setSVGCanvasSize(new Dimension(WIDTH, HEIGHT));
    chart.draw(svg, new Rectangle2D.Double(0, 0, WIDTH, HEIGHT));
    try (Writer out = Files.newBufferedWriter(file, StandardCharsets.UTF_8)) {
      svg.stream(out, true);
    }
  }

  private static LogarithmicAxis styled(LogarithmicAxis axis) {
    axis.setLabelFont(TEXT);
    axis.setTickLabelFont(TEXT);
    axis.setNumberFormatOverride(NUMBERS);
    return axis;
  }

  /** A logarithmic axis whose marks are the sizes that were measured. */
  private static final class SizeAxis extends LogarithmicAxis {
    private static final long serialVersionUID = 1;
    private static final int K = 1024;

    private final double[] sizes;

    SizeAxis(String label, double[] sizes) {
      super(label);
      this.sizes = sizes.clone();
    }

    @Override
    protected List<NumberTick> refreshTicksHorizontal(
        Graphics2D g, Rectangle2D area, RectangleEdge edge) {
      return Arrays.stream(sizes)
          .mapToObj(
              n -> new NumberTick(n, text(n), TextAnchor.TOP_CENTER, TextAnchor.TOP_CENTER, 0))
          .toList();
    }

    private static String text(double n) {
      return n % (K * K) == 0
          ? NUMBERS.format(n / (K * K)) + "M"
          : n % K == 0 ? NUMBERS.format(n / K) + "K" : NUMBERS.format(n);
    }
  }

  /** The whole powers of ten around a range, no point on the frame: what is flat must look flat. */
  private static Range decades(Range r) {
    return new Range(
        Math.pow(10, Math.floor(Math.log10(r.getLowerBound() / MARGIN))),
        Math.pow(10, Math.ceil(Math.log10(r.getUpperBound() * MARGIN))));
  }

  private static Document emptyDocument() {
    try {
      return DocumentBuilderFactory.newInstance()
          .newDocumentBuilder()
          .getDOMImplementation()
          .createDocument("http://www.w3.org/2000/svg", "svg", null);
    } catch (ParserConfigurationException e) {
      throw new IllegalStateException(e); // the JDK's own parser, as it comes
    }
  }
}
