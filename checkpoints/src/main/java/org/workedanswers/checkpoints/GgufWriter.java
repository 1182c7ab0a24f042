package org.workedanswers.checkpoints;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.workedanswers.core.Check;

/**
 * Writes a GGUF file of version 3: entries, and tensors one after the other, each asked for when
 * its turn comes, so that a model larger than memory can be converted. The form is that of {@link
 * GgufModel}.
 *
 * <p>It is written beside its place and moved there when it is whole: a kill leaves no half file of
 * that name.
 */
public final class GgufWriter {
  private static final int ALIGNMENT = 32;
  private static final String ALIGNMENT_KEY = "general.alignment";

  private static final int COPIED = 1 << 22; // bytes of a tensor that are copied at a time

  private static final AtomicLong COUNT = new AtomicLong();

  /** A tensor's bytes as they are asked for, when its turn comes: as many as its shape says. */
  @FunctionalInterface
  public interface Body {
    /** Writes them, in pieces of any size. */
    void writeTo(OutputStream out) throws IOException;
  }

  /** A tensor to be written. */
  private record Part(String name, ElementType type, long[] shape, long bytes, Body body) {}

  private static final String TAKEN = "%s is there already";

  private final Map<String, Object> entries = new LinkedHashMap<>();
  private final List<Part> parts = new ArrayList<>();

  /** With nothing in it yet. */
  public GgufWriter() {}

  /**
   * An entry; one of the same key is replaced, and {@code general.alignment} is left out, since the
   * file's own is 32.
   *
   * @param value an {@link Integer} or a {@link Long} (written as unsigned of 32 bits where it
   *     fits, else as signed of 64), a {@link Float}, a {@link Double}, a {@link Boolean}, a {@link
   *     String}, or a list of one of these, an empty one as of texts
   * @throws IllegalArgumentException if it is something else
   */
  public GgufWriter entry(String key, Object value) {
    if (!key.equals(ALIGNMENT_KEY)) {
      valueBytes(value, true); // refuses what can't be written
      entries.put(key, value);
    }
    return this;
  }

  /** All entries of a file. */
  public GgufWriter entries(Map<String, Object> all) {
    all.forEach(this::entry);
    return this;
  }

  /**
   * All entries of a file, byte for byte: numbers keep their types, which other programs look at.
   */
  public GgufWriter entries(GgufModel model) {
    model
        .entries()
        .forEach(
            (key, entry) -> {
              if (!key.equals(ALIGNMENT_KEY)) {
                entries.put(key, entry);
              }
            });
    return this;
  }

  /**
   * A tensor whose bytes are all held at once.
   *
   * @param shape the slowest index first
   * @param data its bytes in pieces, as the type has them, asked for once, when they are written
   * @throws IllegalArgumentException if the type can't be written, its blocks do not fit the rows,
   *     or there is one of that name
   */
  public GgufWriter tensor(String name, ElementType type, long[] shape, Supplier<byte[][]> data) {
    return tensor(
        name,
        type,
        shape,
        out -> {
          for (byte[] piece : data.get()) {
            out.write(piece);
          }
        });
  }

  /**
   * Another file's tensor, byte for byte; it is read when it is written.
   *
   * @throws IllegalArgumentException if GGUF has no such type, or there is one of that name
   */
  public GgufWriter tensor(Tensor tensor) {
    return tensor(
        tensor.name(),
        tensor.type(),
        tensor.shape(),
        out -> {
          for (long at = 0; at < tensor.bytes(); at += COPIED) {
            out.write(tensor.bytes(at, (int) Math.min(COPIED, tensor.bytes() - at)));
          }
        });
  }

  /**
   * A tensor.
   *
   * @param shape the slowest index first
   * @param body its bytes, as the type has them, asked for once, when they are written
   * @throws IllegalArgumentException if the type can't be written, its blocks do not fit the rows,
   *     or there is one of that name
   */
  public GgufWriter tensor(String name, ElementType type, long[] shape, Body body) {
    Check.that(
        shape.length >= 1 && shape.length <= 4,
        "tensor '%s' has %d sizes: it must have 1 to 4",
        name,
        shape.length);
    long elements = 1;
    for (long size : shape) {
      Check.that(
          size >= 1 && elements <= (1L << 60) / size, "tensor '%s': a size of %d", name, size);
      elements *= size;
    }
    int block = type.blockSize();
    Check.that(
        type.blockBytes() > 0 && shape[shape.length - 1] % block == 0,
        "tensor '%s' of %s has rows of %d: they must be whole blocks of %d",
        name,
        type,
        shape[shape.length - 1],
        block);
    Check.that(
        parts.stream().noneMatch(p -> p.name().equals(name)), "there are two tensors '%s'", name);
    type.ggufCode(); // refuses what GGUF does not have
    parts.add(new Part(name, type, shape.clone(), elements / block * type.blockBytes(), body));
    return this;
  }

  /**
   * Writes the file.
   *
   * <p>Where it must not replace one, it takes its name by a link to what was written, which fails
   * if the name is taken meanwhile; on a file system without links the name is taken first, by an
   * empty file, which a kill at that moment leaves.
   *
   * <p>What is not whole yet is called {@code NAME.PID.N.part}. Such a file of a process that is no
   * longer there was left by a kill, and is deleted.
   *
   * @param replace whether a file that is there is replaced
   * @throws IllegalArgumentException if there is one and it is not to be replaced, or a tensor's
   *     bytes are not as many as its shape says; nothing is left then
   * @throws UncheckedIOException if it can't be written; nothing is left then
   */
  public void write(Path file, boolean replace) {
    Check.that(replace || !Files.exists(file, LinkOption.NOFOLLOW_LINKS), TAKEN, file);
    Path folder = file.toAbsolutePath().getParent();
    try {
      deleteLeft(folder, file.getFileName().toString());
      Path beside =
          folder.resolve(
              String.format(
                  "%s.%d.%d.part",
                  file.getFileName(), ProcessHandle.current().pid(), COUNT.incrementAndGet()));
      beside.toFile().deleteOnExit(); // where the program is told to end meanwhile
      try {
        try (FileChannel channel =
            FileChannel.open(
                beside,
                StandardOpenOption.WRITE,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING)) {
          write(new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 20));
          channel.force(true);
        }
        move(beside, file, replace);
      } finally {
        Files.deleteIfExists(beside);
      }
    } catch (FileAlreadyExistsException e) {
      throw new IllegalArgumentException(String.format(TAKEN, file), e);
    } catch (IOException e) {
      throw new UncheckedIOException(file + " can't be written: " + e, e);
    }
  }

  /** Deletes what writers that were killed have left. */
  private static void deleteLeft(Path folder, String name) throws IOException {
    Pattern left = Pattern.compile(Pattern.quote(name) + "\\.([0-9]{1,18})\\.[0-9]{1,18}\\.part");
    try (DirectoryStream<Path> files =
        Files.newDirectoryStream(
            folder,
            f -> {
              Matcher m = left.matcher(f.getFileName().toString());
              return m.matches() && ProcessHandle.of(Long.parseLong(m.group(1))).isEmpty();
            })) {
      for (Path file : files) {
        if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
          Files.deleteIfExists(file);
        }
      }
    }
  }

  private static void move(Path from, Path to, boolean replace) throws IOException {
    if (!replace) {
      try {
        Files.createLink(to, from);
        return;
      } catch (FileAlreadyExistsException e) {
        throw e;
      } catch (UnsupportedOperationException | IOException e) {
        Files.createFile(to); // no links here: fails, too, where there is one
      }
    }
    try {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  private void write(OutputStream out) throws IOException {
    head(out);
    for (Part part : parts) {
      body(out, part);
    }
    out.flush();
  }

  private void head(OutputStream out) throws IOException {
    long written = 24;
    out.write("GGUF".getBytes(StandardCharsets.US_ASCII));
    out.write(i32(3));
    out.write(i64(parts.size()));
    out.write(i64(entries.size()));
    for (Map.Entry<String, Object> e : entries.entrySet()) {
      byte[] entry =
          e.getValue() instanceof GgufModel.Entry copied
              ? copied.bytes()
              : joined(textBytes(e.getKey()), valueBytes(e.getValue(), true));
      out.write(entry);
      written += entry.length;
    }
    long offset = 0;
    for (Part part : parts) {
      byte[] name = textBytes(part.name());
      out.write(name);
      out.write(i32(part.shape().length));
      for (int i = part.shape().length - 1; i >= 0; i--) { // the fastest first
        out.write(i64(part.shape()[i]));
      }
      out.write(i32(part.type().ggufCode()));
      out.write(i64(offset));
      written += name.length + 4 + 8L * part.shape().length + 4 + 8;
      offset += padded(part.bytes());
    }
    out.write(new byte[(int) (padded(written) - written)]);
  }

  private static void body(OutputStream out, Part part) throws IOException {
    Counted counted = new Counted(out);
    part.body().writeTo(counted);
    Check.that(
        counted.written == part.bytes(),
        "tensor '%s' is to have %d bytes and %d were given",
        part.name(),
        part.bytes(),
        counted.written);
    out.write(new byte[(int) (padded(counted.written) - counted.written)]);
  }

  /** Counts what passes. */
  private static final class Counted extends OutputStream {
    private final OutputStream out;
    private long written;

    Counted(OutputStream out) {
      this.out = out;
    }

    @Override
    public void write(int b) throws IOException {
      out.write(b);
      written++;
    }

    @Override
    public void write(byte[] bytes, int from, int count) throws IOException {
      out.write(bytes, from, count);
      written += count;
    }
  }

  private static long padded(long bytes) {
    return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }

  /** A value with its type before it, or without. */
  private static byte[] valueBytes(Object value, boolean typed) {
    if (value instanceof List<?> list) {
      return listBytes(list, typed);
    }
    byte[] bytes;
    if (value instanceof Integer || value instanceof Long) {
      long x = ((Number) value).longValue();
      bytes = narrow(x) ? i32((int) x) : i64(x);
    } else if (value instanceof Float x) {
      bytes = i32(Float.floatToRawIntBits(x));
    } else if (value instanceof Double x) {
      bytes = i64(Double.doubleToRawLongBits(x));
    } else if (value instanceof Boolean x) {
      bytes = new byte[] {(byte) (x ? 1 : 0)};
    } else if (value instanceof String x) {
      bytes = textBytes(x);
    } else {
      throw new IllegalArgumentException(
          String.format(
              "an entry can't be %s: numbers, truth values, text and lists of them are written",
              value));
    }
    return typed ? joined(i32(code(value)), bytes) : bytes;
  }

  private static byte[] listBytes(List<?> list, boolean typed) {
    boolean whole =
        !list.isEmpty() && list.stream().allMatch(x -> x instanceof Integer || x instanceof Long);
    boolean wide = whole && list.stream().anyMatch(x -> ((Number) x).longValue() != intOf(x));
    int code = whole ? wide ? 11 : 5 : list.isEmpty() ? code("") : code(list.get(0));
    List<byte[]> pieces = new ArrayList<>();
    if (typed) {
      pieces.add(i32(9));
    }
    pieces.add(i32(code));
    pieces.add(i64(list.size()));
    for (Object x : list) {
      Check.that(
          whole || x.getClass() == list.get(0).getClass(),
          "a list holds a %s and a %s: all must be of one kind",
          list.get(0).getClass().getSimpleName(),
          x.getClass().getSimpleName());
      if (whole) {
        pieces.add(wide ? i64(((Number) x).longValue()) : i32(intOf(x)));
      } else {
        pieces.add(valueBytes(x, false));
      }
    }
    return joined(pieces.toArray(byte[][]::new));
  }

  private static int intOf(Object x) {
    return ((Number) x).intValue();
  }

  private static boolean narrow(long x) {
    return x >= 0 && x <= 0xFFFF_FFFFL;
  }

  private static int code(Object value) {
    if (value instanceof Integer || value instanceof Long) {
      return narrow(((Number) value).longValue()) ? 4 : 11;
    }
    if (value instanceof Float) {
      return 6;
    }
    if (value instanceof Boolean) {
      return 7;
    }
    if (value instanceof String) {
      return 8;
    }
    return value instanceof List ? 9 : 12;
  }

  private static byte[] textBytes(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return joined(i64(bytes.length), bytes);
  }

  private static byte[] joined(byte[]... pieces) {
    int length = 0;
    for (byte[] piece : pieces) {
      length = Math.addExact(length, piece.length);
    }
    ByteBuffer all = ByteBuffer.allocate(length);
    for (byte[] piece : pieces) {
      all.put(piece);
    }
    return all.array();
  }

  private static byte[] i32(int x) {
    return ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(x).array();
  }

  private static byte[] i64(long x) {
    return ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(x).array();
  }
}
