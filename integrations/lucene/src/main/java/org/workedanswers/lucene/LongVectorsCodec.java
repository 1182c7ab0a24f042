package org.workedanswers.lucene;

import java.io.IOException;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.KnnVectorsReader;
import org.apache.lucene.codecs.KnnVectorsWriter;
import org.apache.lucene.codecs.lucene912.Lucene912Codec;
import org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsFormat;
import org.apache.lucene.index.SegmentReadState;
import org.apache.lucene.index.SegmentWriteState;

/**
 * Lucene's standard codec for embeddings of more than its 1,024 numbers. It writes the standard
 * formats under their own names, so the index is read without it.
 */
final class LongVectorsCodec {
  /** The most numbers of an embedding. */
  static final int MAX_DIMENSION = 4096;

  private LongVectorsCodec() {}

  static Lucene912Codec codec() {
    KnnVectorsFormat format = new Format(new Lucene99HnswVectorsFormat());
    return new Lucene912Codec() {
      @Override
      public KnnVectorsFormat getKnnVectorsFormatForField(String field) {
        return format;
      }
    };
  }

  private static final class Format extends KnnVectorsFormat {
    private final KnnVectorsFormat standard;

    Format(KnnVectorsFormat standard) {
      super(standard.getName());
      this.standard = standard;
    }

    @Override
    public KnnVectorsWriter fieldsWriter(SegmentWriteState state) throws IOException {
      return standard.fieldsWriter(state);
    }

    @Override
    public KnnVectorsReader fieldsReader(SegmentReadState state) throws IOException {
      return standard.fieldsReader(state);
    }

    @Override
    public int getMaxDimensions(String field) {
      return MAX_DIMENSION;
    }
  }
}
