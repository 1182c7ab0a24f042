package org.workedanswers.rag.store;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** What tells texts from others without keeping them. */
public final class Fingerprint {
  private static final int BYTES = 16;

  private Fingerprint() {}

  /**
   * 32 hexadecimal digits, the first half of a SHA-256 over the texts in UTF-8, each behind its
   * length.
   */
  public static String of(Iterable<String> texts) {
    MessageDigest sha = sha();
    for (String text : texts) {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      sha.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).flip());
      sha.update(bytes);
    }
    return digits(sha.digest());
  }

  /** 32 hexadecimal digits, the first half of the SHA-256 of bytes. */
  public static String of(byte[] bytes) {
    return digits(sha().digest(bytes));
  }

  private static String digits(byte[] digest) {
    return HexFormat.of().formatHex(digest, 0, BYTES);
  }

  private static MessageDigest sha() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
