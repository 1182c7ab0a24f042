package org.workedanswers.documents;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import org.apache.pdfbox.cos.COSArray;
import org.apache.pdfbox.cos.COSBase;
import org.apache.pdfbox.cos.COSDictionary;
import org.apache.pdfbox.cos.COSDocument;
import org.apache.pdfbox.cos.COSInputStream;
import org.apache.pdfbox.cos.COSName;
import org.apache.pdfbox.cos.COSStream;
import org.apache.pdfbox.cos.ICOSParser;
import org.apache.pdfbox.filter.DecodeOptions;
import org.apache.pdfbox.filter.Filter;
import org.apache.pdfbox.filter.FilterFactory;
import org.apache.pdfbox.io.IOUtils;
import org.apache.pdfbox.io.RandomAccessRead;
import org.apache.pdfbox.io.RandomAccessReadBuffer;
import org.apache.pdfbox.io.RandomAccessStreamCache;
import org.apache.pdfbox.pdfparser.PDFParser;
import org.apache.pdfbox.pdmodel.PDDocument;

/**
 * A PDF file whose streams can't unpack to any size. PDFBox unpacks a stream into memory, and a
 * thousand bytes of Flate, or one of two filters on top of each other, may become a million: so
 * each is unpacked once to nowhere first, and counted.
 */
final class PdfStreams {
  private PdfStreams() {}

  /** Opens a file that needs no password; what it needs beside memory stands in a scratch file. */
  static PDDocument open(byte[] bytes, PdfLimits limits) throws IOException {
    return new BoundedParser(new RandomAccessReadBuffer(bytes), limits).parse();
  }

  private static final class BoundedParser extends PDFParser {
    BoundedParser(RandomAccessRead source, PdfLimits limits) throws IOException {
      super(source);
      COSDocument unbounded = document;
      document = new BoundedDocument(this, limits);
      unbounded.close();
    }
  }

  /** Makes bounded streams. */
  private static final class BoundedDocument extends COSDocument {
    private final ICOSParser parser;
    private final PdfLimits limits;
    private final RandomAccessStreamCache cache;
    private final List<COSStream> streams = new ArrayList<>();
    private long unpacked;

    BoundedDocument(ICOSParser parser, PdfLimits limits) throws IOException {
      super(IOUtils.createMemoryOnlyStreamCache(), parser);
      this.parser = parser;
      this.limits = limits;
      cache = IOUtils.createTempFileOnlyStreamCache().create();
    }

    @Override
    public COSStream createCOSStream(COSDictionary dictionary, long start, long length)
        throws IOException {
      COSStream stream = new BoundedStream(this, start, length);
      dictionary.forEach(stream::setItem);
      stream.setKey(dictionary.getKey());
      streams.add(stream);
      return stream;
    }

    @Override
    public void close() throws IOException {
      for (COSStream stream : streams) {
        stream.close();
      }
      cache.close();
      super.close();
    }

    void count(long bytes) {
      unpacked += bytes;
      if (unpacked > limits.unpackedInAll()) {
        throw new PdfLimitException("it unpacks to more than " + limits.unpackedInAll() + " bytes");
      }
    }
  }

  private static final class BoundedStream extends COSStream {
    private final BoundedDocument owner;

    BoundedStream(BoundedDocument owner, long start, long length) throws IOException {
      super(owner.cache, owner.parser.createRandomAccessReadView(start, length));
      this.owner = owner;
    }

    @Override
    public COSInputStream createInputStream(DecodeOptions options) throws IOException {
      check();
      return super.createInputStream(options);
    }

    @Override
    public RandomAccessRead createView() throws IOException {
      check();
      return super.createView();
    }

    /** Unpacks it to nowhere; pictures, which no text needs, are left to their own filters. */
    private void check() throws IOException {
      List<COSName> filters = filters();
      if (filters.isEmpty()) {
        owner.count(getLength());
        return;
      }
      InputStream packed = createRawInputStream();
      for (int i = 0; i < filters.size() && !ofPicture(filters.get(i)); i++) {
        checkPredictor(i);
        Bounded unpacked = new Bounded(i + 1 < filters.size(), owner.limits.unpacked());
        try {
          Filter filter = FilterFactory.INSTANCE.getFilter(filters.get(i));
          filter.decode(packed, unpacked, this, i);
        } catch (IOException e) {
          return; // what is damaged unpacks no further for PDFBox either
        } finally {
          packed.close();
          owner.count(unpacked.count);
        }
        packed = new ByteArrayInputStream(unpacked.bytes.toByteArray());
      }
    }

    private List<COSName> filters() {
      List<COSName> names = new ArrayList<>();
      COSBase filters = getFilters();
      if (filters instanceof COSName name) {
        names.add(name);
      } else if (filters instanceof COSArray array) {
        for (int i = 0; i < array.size(); i++) {
          if (array.getObject(i) instanceof COSName name) {
            names.add(name);
          }
        }
      }
      return names;
    }

    /** A predictor keeps two rows, of whatever length its parameters say. */
    private void checkPredictor(int filter) {
      COSBase parameters = getDictionaryObject(COSName.DECODE_PARMS, COSName.DP);
      if (parameters instanceof COSArray array && filter < array.size()) {
        parameters = array.getObject(filter);
      }
      if (parameters instanceof COSDictionary d) {
        double bits =
            (double) d.getInt(COSName.COLUMNS, 1)
                * Math.min(d.getInt(COSName.COLORS, 1), 32)
                * d.getInt(COSName.BITS_PER_COMPONENT, 8);
        if (bits / 8 > owner.limits.unpacked()) {
          throw new PdfLimitException("a row of one of its parts takes " + (long) bits + " bits");
        }
      }
    }

    private static boolean ofPicture(COSName filter) {
      return switch (filter.getName()) {
        case "DCTDecode", "DCT", "JPXDecode", "JBIG2Decode", "CCITTFaxDecode", "CCF" -> true;
        default -> false;
      };
    }
  }

  /** Counts, keeps if asked to, and ends at the limit. */
  private static final class Bounded extends OutputStream {
    final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final boolean kept;
    private final long limit;
    long count;

    Bounded(boolean kept, long limit) {
      this.kept = kept;
      this.limit = limit;
    }

    @Override
    public void write(int b) {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] b, int offset, int length) {
      count += length;
      if (count > limit) {
        throw new PdfLimitException("one of its parts unpacks to more than " + limit + " bytes");
      }
      if (kept) {
        bytes.write(b, offset, length);
      }
    }
  }
}
