package org.workedanswers.checkpoints;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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

  /** A tensor's bytes as they are asked for, when its turn comes: as many as its shape says. */
  @FunctionalInterface
  public interface Body {
    /** Writes them, in pieces of any size. */
    void writeTo(OutputStream out) throws IOException;
  }

  /** A tensor to be written. */
  private record Part(String name, ElementType type, long[] shape, long bytes, Body body) {}

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
      GgufValues.valueBytes(value, true); // refuses what can't be written
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
   * @param replace whether a file that is there is replaced
   * @throws IllegalArgumentException if there is one and it is not to be replaced, or a tensor's
   *     bytes are not as many as its shape says; nothing is left then
   * @throws UncheckedIOException if it can't be written; nothing is left then
   */
  public void write(Path file, boolean replace) {
    WholeFile.write(file, replace, this::writeTo);
  }

  private void writeTo(OutputStream out) throws IOException {
    head(out);
    for (Part part : parts) {
      body(out, part);
    }
  }

  private void head(OutputStream out) throws IOException {
    long written = 24;
    out.write("GGUF".getBytes(StandardCharsets.US_ASCII));
    out.write(GgufValues.i32(3));
    out.write(GgufValues.i64(parts.size()));
    out.write(GgufValues.i64(entries.size()));
    for (Map.Entry<String, Object> e : entries.entrySet()) {
      byte[] entry =
          e.getValue() instanceof GgufModel.Entry copied
              ? copied.bytes()
              : GgufValues.joined(
                  GgufValues.textBytes(e.getKey()), GgufValues.valueBytes(e.getValue(), true));
      out.write(entry);
      written += entry.length;
    }
    long offset = 0;
    for (Part part : parts) {
      byte[] name = GgufValues.textBytes(part.name());
      out.write(name);
      out.write(GgufValues.i32(part.shape().length));
      for (int i = part.shape().length - 1; i >= 0; i--) { // the fastest first
        out.write(GgufValues.i64(part.shape()[i]));
      }
      out.write(GgufValues.i32(part.type().ggufCode()));
      out.write(GgufValues.i64(offset));
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
}
