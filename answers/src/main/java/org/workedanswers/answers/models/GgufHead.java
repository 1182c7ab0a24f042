package org.workedanswers.answers.models;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.workedanswers.core.Check;

/**
 * Where things stand in a GGUF file's head, of a file that {@link
 * org.workedanswers.checkpoints.GgufModel} has read and found sound: what is not changed is copied
 * byte for byte.
 *
 * @param bytes the file's beginning
 * @param entriesEnd where the entries end and the tensors' infos begin
 * @param fileType where the value of {@code general.file_type} stands; -1 where it is not there
 * @param infos the tensors', in the file's order
 * @param dataStart where the tensors' bytes begin
 * @param alignment what their offsets are multiples of
 */
record GgufHead(
    ByteBuffer bytes,
    int entriesEnd,
    int fileType,
    List<Info> infos,
    long dataStart,
    long alignment) {
  private static final int FIRST_ENTRY = 24; // behind the mark, the version and two counts
  private static final int U32 = 4;
  private static final int TEXT = 8;
  private static final int LIST = 9;
  private static final int[] SIZES = {1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};

  /**
   * A tensor's.
   *
   * @param from where it begins: name and sizes
   * @param typeAt where its type's number and offset stand
   * @param offset where its bytes begin, from the data's start on
   */
  record Info(String name, int from, int typeAt, long offset) {}

  static GgufHead read(FileChannel channel, long alignment) throws IOException {
    ByteBuffer in =
        channel
            .map(FileChannel.MapMode.READ_ONLY, 0, Math.min(channel.size(), Check.MAX_ELEMENTS))
            .order(ByteOrder.LITTLE_ENDIAN);
    long tensors = in.getLong(8);
    long entries = in.getLong(16);
    in.position(FIRST_ENTRY);
    int fileType = -1;
    for (long i = 0; i < entries; i++) {
      String key = text(in);
      int type = in.getInt();
      if (key.equals("general.file_type") && type == U32) {
        fileType = in.position();
      }
      skip(in, type);
    }
    int entriesEnd = in.position();
    List<Info> infos = new ArrayList<>();
    for (long i = 0; i < tensors; i++) {
      int from = in.position();
      String name = text(in);
      int dimensions = in.getInt();
      int typeAt = in.position() + Long.BYTES * dimensions;
      infos.add(new Info(name, from, typeAt, in.getLong(typeAt + Integer.BYTES)));
      in.position(typeAt + Integer.BYTES + Long.BYTES);
    }
    return new GgufHead(
        in, entriesEnd, fileType, infos, aligned(in.position(), alignment), alignment);
  }

  static long aligned(long at, long alignment) {
    return (at + alignment - 1) / alignment * alignment;
  }

  private static String text(ByteBuffer in) {
    byte[] text = new byte[(int) in.getLong()];
    in.get(text);
    return new String(text, StandardCharsets.UTF_8);
  }

  private static void skip(ByteBuffer in, int type) {
    if (type == TEXT) {
      int length = (int) in.getLong();
      in.position(in.position() + length);
    } else if (type == LIST) {
      int of = in.getInt();
      long count = in.getLong();
      if (SIZES[of] > 0) {
        in.position((int) (in.position() + SIZES[of] * count));
      } else {
        for (long i = 0; i < count; i++) {
          skip(in, of);
        }
      }
    } else {
      in.position(in.position() + SIZES[type]);
    }
  }

  /** The bytes {@code from} to {@code to}, a copy. */
  byte[] copy(int from, int to) {
    byte[] copy = new byte[to - from];
    bytes.get(from, copy);
    return copy;
  }
}
