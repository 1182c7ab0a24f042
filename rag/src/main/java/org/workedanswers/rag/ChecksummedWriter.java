package org.workedanswers.rag;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;

/** Writes numbers to a file, little-endian, and a checksum of all of them at the end. */
final class ChecksummedWriter implements Closeable {
  private final FileChannel channel;
  private final ByteBuffer buffer = ByteBuffer.allocate(1 << 16).order(ByteOrder.LITTLE_ENDIAN);
  private final CRC32C checksum = new CRC32C();

  /** Begins a file, in the place of one that is there. */
  ChecksummedWriter(Path file) throws IOException {
    channel =
        FileChannel.open(
            file,
            StandardOpenOption.WRITE,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING);
  }

  void putByte(int value) throws IOException {
    room(1).put((byte) value);
  }

  void putInt(int value) throws IOException {
    room(4).putInt(value);
  }

  void putLong(long value) throws IOException {
    room(8).putLong(value);
  }

  void putInts(int[] values, int from, int count) throws IOException {
    for (int i = from; i < from + count; i++) {
      putInt(values[i]);
    }
  }

  void putFloats(float[] values, int from, int count) throws IOException {
    for (int i = from; i < from + count; i++) {
      room(4).putFloat(values[i]);
    }
  }

  private ByteBuffer room(int bytes) throws IOException {
    if (buffer.remaining() < bytes) {
      flush();
    }
    return buffer;
  }

  private void flush() throws IOException {
    buffer.flip();
    checksum.update(buffer.duplicate());
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
    buffer.clear();
  }

  /**
   * Writes the CRC32C of all bytes so far, four bytes, and sees to it that they are on the disk.
   */
  void finish() throws IOException {
    flush();
    putInt((int) checksum.getValue());
    flush();
    channel.force(true);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
