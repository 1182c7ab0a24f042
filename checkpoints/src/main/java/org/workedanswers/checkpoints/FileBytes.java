package org.workedanswers.checkpoints;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * The bytes of a file of any length, little-endian. A buffer ends at 2 GiB, so a file is mapped in
 * pieces; nothing of it is copied until it is asked for.
 */
final class FileBytes {
  private static final int PIECE_BITS = 30;
  private static final int PIECE = 1 << PIECE_BITS;

  private final List<ByteBuffer> pieces;
  private final long size;

  private FileBytes(List<ByteBuffer> pieces, long size) {
    this.pieces = pieces;
    this.size = size;
  }

  /**
   * Maps a file; it must not change as long as it is in use.
   *
   * @param kind what it should be: {@code .gguf}, say
   * @throws CheckpointException if it is no readable file
   */
  static FileBytes map(Path file, String kind) {
    check(file, kind);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      List<ByteBuffer> pieces = new ArrayList<>();
      for (long at = 0; at < channel.size(); at += PIECE) {
        long length = Math.min(PIECE, channel.size() - at);
        pieces.add(
            channel.map(FileChannel.MapMode.READ_ONLY, at, length).order(ByteOrder.LITTLE_ENDIAN));
      }
      return new FileBytes(pieces, channel.size());
    } catch (IOException e) {
      throw new CheckpointException(e, "%s can't be read: %s", file, e);
    }
  }

  /**
   * Checks that a file is one.
   *
   * @param kind what it should be: {@code .onnx}, say
   * @throws CheckpointException if it is not
   */
  static void check(Path file, String kind) {
    if (!Files.exists(file)) {
      throw new CheckpointException("%s: there is no such file", file);
    }
    if (!Files.isRegularFile(file)) {
      throw new CheckpointException(
          "%s is %s: name the %s file itself",
          file, Files.isDirectory(file) ? "a folder" : "not a regular file", kind);
    }
  }

  /** An array's bytes; it is kept and must not change. */
  static FileBytes of(byte[] bytes) {
    ByteBuffer one = ByteBuffer.wrap(bytes).asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
    return new FileBytes(bytes.length == 0 ? List.of() : List.of(one), bytes.length);
  }

  /** How many there are. */
  long size() {
    return size;
  }

  /**
   * Copies bytes {@code at} to {@code at + count} into an array, from {@code to} on.
   *
   * @throws IndexOutOfBoundsException if they are not inside
   */
  void copy(long at, byte[] into, int to, int count) {
    Objects.checkFromIndexSize(at, count, size);
    for (int done = 0; done < count; ) {
      long from = at + done;
      ByteBuffer piece = pieces.get((int) (from >>> PIECE_BITS));
      int start = (int) (from & PIECE - 1);
      int length = Math.min(count - done, piece.capacity() - start);
      piece.get(start, into, to + done, length);
      done += length;
    }
  }

  /**
   * Bytes {@code at} to {@code at + count}, little-endian: a view where they stand in one piece.
   *
   * @throws IndexOutOfBoundsException if they are not inside
   */
  ByteBuffer bytes(long at, int count) {
    Objects.checkFromIndexSize(at, count, size);
    int start = (int) (at & PIECE - 1);
    if (count > 0 && start + (long) count <= PIECE) {
      ByteBuffer piece = pieces.get((int) (at >>> PIECE_BITS));
      return piece.slice(start, count).order(ByteOrder.LITTLE_ENDIAN);
    }
    byte[] copy = new byte[count];
    copy(at, copy, 0, count);
    return ByteBuffer.wrap(copy).order(ByteOrder.LITTLE_ENDIAN);
  }
}
