package org.workedanswers.rag;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;

/** Reads what {@link ChecksummedWriter} wrote. */
final class ChecksummedReader implements Closeable {
  /** What a checksum takes at the end. */
  static final int CHECKSUM_BYTES = 4;

  private final FileChannel channel;
  private final long length;
  private final ByteBuffer buffer = ByteBuffer.allocate(1 << 16).order(ByteOrder.LITTLE_ENDIAN);

  ChecksummedReader(Path file) throws IOException {
    channel = FileChannel.open(file, StandardOpenOption.READ);
    length = channel.size();
    buffer.limit(0);
  }

  /** How many bytes the file has. */
  long length() {
    return length;
  }

  /** Reads all that is left and goes back to where it was; refuses another sum than the file's. */
  void verify() throws IOException {
    long here = channel.position() - buffer.remaining();
    CRC32C checksum = new CRC32C();
    seek(0);
    for (long left = length - CHECKSUM_BYTES; left > 0; ) {
      fill(1);
      int taken = (int) Math.min(left, buffer.remaining());
      checksum.update(buffer.slice(buffer.position(), taken));
      buffer.position(buffer.position() + taken);
      left -= taken;
    }
    int stored = getInt();
    int computed = (int) checksum.getValue();
    if (stored != computed) {
      throw new IndexFileException(
          "the checksum of its %d bytes is %08x and it says %08x: it is damaged or cut off",
          length, computed, stored);
    }
    seek(here);
  }

  private void seek(long position) throws IOException {
    channel.position(position);
    buffer.limit(0);
  }

  int getByte() throws IOException {
    fill(1);
    return buffer.get() & 0xFF;
  }

  int getInt() throws IOException {
    fill(4);
    return buffer.getInt();
  }

  long getLong() throws IOException {
    fill(8);
    return buffer.getLong();
  }

  void getInts(int[] values, int from, int count) throws IOException {
    for (int i = from; i < from + count; i++) {
      values[i] = getInt();
    }
  }

  void getFloats(float[] values, int from, int count) throws IOException {
    for (int i = from; i < from + count; i++) {
      fill(4);
      values[i] = buffer.getFloat();
    }
  }

  private void fill(int bytes) throws IOException {
    if (buffer.remaining() >= bytes) {
      return;
    }
    buffer.compact();
    while (buffer.position() < bytes) {
      if (channel.read(buffer) < 0) {
        throw new IndexFileException("it ends after %d bytes, in the middle of a number", length);
      }
    }
    buffer.flip();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
