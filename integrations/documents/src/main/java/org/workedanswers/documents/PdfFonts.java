package org.workedanswers.documents;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import org.apache.fontbox.FontBoxFont;
import org.apache.fontbox.ttf.TTFParser;
import org.apache.fontbox.ttf.TrueTypeFont;
import org.apache.pdfbox.io.RandomAccessReadBuffer;
import org.apache.pdfbox.pdmodel.font.CIDFontMapping;
import org.apache.pdfbox.pdmodel.font.FontMapper;
import org.apache.pdfbox.pdmodel.font.FontMappers;
import org.apache.pdfbox.pdmodel.font.FontMapping;
import org.apache.pdfbox.pdmodel.font.PDCIDSystemInfo;
import org.apache.pdfbox.pdmodel.font.PDFontDescriptor;

/**
 * Between {@link #begin} and {@link #end} this thread's PDFBox replaces fonts that a file does not
 * hold by the one that PDFBox brings. A text does not depend on it: its characters come from the
 * file, and so do most of the widths that tell words apart.
 */
final class PdfFonts {
  private static final ThreadLocal<Boolean> HERE = ThreadLocal.withInitial(() -> false);

  private PdfFonts() {}

  static void begin() {
    Installed.now();
    HERE.set(true);
  }

  static void end() {
    HERE.remove();
  }

  /** PDFBox has one font mapper for all; this one hands on what other threads ask. */
  private record Installed(FontMapper before, TrueTypeFont font) implements FontMapper {
    private static final Installed MAPPER = install();

    private static Installed install() {
      try (InputStream file =
          FontMappers.class.getResourceAsStream(
              "/org/apache/pdfbox/resources/ttf/LiberationSans-Regular.ttf")) {
        TrueTypeFont font = new TTFParser().parse(new RandomAccessReadBuffer(file));
        Installed mapper = new Installed(FontMappers.instance(), font);
        FontMappers.set(mapper);
        return mapper;
      } catch (IOException e) {
        throw new UncheckedIOException("PDFBox's own font can't be read", e);
      }
    }

    static void now() {
      if (MAPPER == null) {
        throw new IllegalStateException("the font mapper is not there");
      }
    }

    @Override
    public FontMapping<TrueTypeFont> getTrueTypeFont(String name, PDFontDescriptor descriptor) {
      return HERE.get() ? new FontMapping<>(font, true) : before.getTrueTypeFont(name, descriptor);
    }

    @Override
    public FontMapping<FontBoxFont> getFontBoxFont(String name, PDFontDescriptor descriptor) {
      return HERE.get() ? new FontMapping<>(font, true) : before.getFontBoxFont(name, descriptor);
    }

    @Override
    public CIDFontMapping getCIDFont(
        String name, PDFontDescriptor descriptor, PDCIDSystemInfo collection) {
      return HERE.get()
          ? new CIDFontMapping(null, font, true)
          : before.getCIDFont(name, descriptor, collection);
    }
  }
}
