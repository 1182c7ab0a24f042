package org.workedanswers.core;

/**
 * A matrix of small codes whose rows stand side by side, 32 at a time, so that a row is a lane of a
 * vector: w(r, c) = scale(r, block of c) · (u(r, c) - 2ᵇ⁻¹), u a code of b bits.
 *
 * <p>A group is 32 rows, a block 32 columns of them with a scale for each row, and a unit 16 bits
 * of a row: two codes of eight bits, or four of four. The first column is in the lowest bits, the
 * lower byte comes first. A block is its units in order of their columns, each of them for all rows
 * of the group in 64 bytes. In these, rows 0 and 16 are neighbours, then 1 and 17, and so on, so
 * that 32 bits come apart into two rows and both halves are in order:
 *
 * <pre>
 * place of row r    2 (r mod 16) + ⌊(r mod 32) / 16⌋
 * byte of a code    (group · blocks + block) · 128 · bits + 64 · unit + 2 · place + byte of the unit
 * scale             scales[32 · (group · blocks + block) + r mod 32]
 * </pre>
 *
 * Rows that fill up the last group are held too, as zeros.
 */
public final class Interleaved {
  /** Rows of a group. */
  public static final int ROWS = 32;

  private final int bits;
  private final int rows;
  private final int blocks;
  private final byte[] codes;
  private final float[] scales;

  /**
   * A matrix of {@code rows x 32 · blocks} codes, all bits zero, and of scales, zero too.
   *
   * @param bits of a code: 8 or 4
   * @throws IllegalArgumentException if bits is another, a size is negative or the codes pass what
   *     an array can hold
   */
  public Interleaved(int bits, int rows, int blocks) {
    Check.that(bits == 8 || bits == 4, "bits is %d: it must be 8 or 4", bits);
    Check.that(rows >= 0, "rows is %d: it must not be negative", rows);
    this.bits = bits;
    this.rows = rows;
    this.blocks = blocks;
    long padded = (long) groups() * ROWS;
    codes = new byte[Check.elements("codes", padded, blocks * (long) Kernels.BLOCK * bits / 8)];
    scales = new float[Check.elements("scales", padded, blocks)];
  }

  /** Bits of a code. */
  public int bits() {
    return bits;
  }

  /** The number of rows. */
  public int rows() {
    return rows;
  }

  /** Blocks of a row. */
  public int blocks() {
    return blocks;
  }

  /** Groups of {@link #ROWS} rows, the last of which may be filled in part. */
  public int groups() {
    return (int) ((rows + ROWS - 1L) / ROWS);
  }

  /** The codes, shared and not copied. */
  public byte[] codes() {
    return codes;
  }

  /** The scales, shared and not copied. */
  public float[] scales() {
    return scales;
  }

  /** Where the scale of a row's block stands; unchecked, for loops. */
  public int scaleAt(int row, int block) {
    return block(row, block) * ROWS + row % ROWS;
  }

  /** The code that stands for 0: 2ᵇ⁻¹. */
  public int zero() {
    return 1 << (bits - 1);
  }

  /** The code u at (row, column), from 0; unchecked, for loops. */
  public int code(int row, int column) {
    int at = byteOf(row, column);
    return bits == 8 ? codes[at] & 255 : (codes[at] >> shiftOf(column)) & 15;
  }

  /** Sets a code that was 0 before; unchecked, for loops. */
  public void put(int row, int column, int code) {
    if (bits == 8) {
      codes[byteOf(row, column)] = (byte) code;
    } else {
      codes[byteOf(row, column)] |= (byte) (code << shiftOf(column));
    }
  }

  private int byteOf(int row, int column) {
    int perByte = 8 / bits;
    int byteOfRow = column % Kernels.BLOCK / perByte;
    int place = 2 * (row % 16) + row % ROWS / 16;
    int block = block(row, column / Kernels.BLOCK) * (ROWS * Kernels.BLOCK / perByte);
    return block + byteOfRow / 2 * 2 * ROWS + 2 * place + byteOfRow % 2;
  }

  private static int shiftOf(int column) {
    return column % 2 * 4;
  }

  private int block(int row, int block) {
    return row / ROWS * blocks + block;
  }
}
