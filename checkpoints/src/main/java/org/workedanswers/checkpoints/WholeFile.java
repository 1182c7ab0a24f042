package org.workedanswers.checkpoints;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.workedanswers.core.Check;

/**
 * A file that is written beside its place and moved there when it is whole.
 *
 * <p>Where it must not replace one, it takes its name by a link to what was written, which fails if
 * the name is taken meanwhile; on a file system without links the name is taken first, by an empty
 * file, which a kill at that moment leaves.
 *
 * <p>What is not whole yet is called {@code NAME.PID.N.part} and is locked. Such a file was left by
 * a kill if no process has its number and nobody holds its lock, as one on another machine would:
 * it is deleted when a file of that name is written next.
 */
final class WholeFile {
  private static final AtomicLong COUNT = new AtomicLong();
  private static final int BUFFER = 1 << 20;
  private static final String TAKEN = "%s is there already";

  private WholeFile() {}

  /**
   * Writes it.
   *
   * @param replace whether a file that is there is replaced
   * @throws IllegalArgumentException if there is one and it is not to be replaced, or the body
   *     throws it; nothing is left then
   * @throws UncheckedIOException if it can't be written; nothing is left then
   */
  static void write(Path file, boolean replace, GgufWriter.Body body) {
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
        write(beside, body);
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

  private static void write(Path file, GgufWriter.Body body) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.WRITE,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      isFree(channel); // locks it, where the file system can
      BufferedOutputStream out =
          new BufferedOutputStream(Channels.newOutputStream(channel), BUFFER);
      body.writeTo(out);
      out.flush();
      channel.force(true);
    }
  }

  /** Whether nobody has locked a file; it is locked then until the channel is closed. */
  private static boolean isFree(FileChannel channel) {
    try {
      FileLock lock = channel.tryLock();
      return lock != null;
    } catch (OverlappingFileLockException e) {
      return false;
    } catch (IOException e) {
      return true; // no locks here: the process's number alone has to tell
    }
  }

  private static void deleteLeft(Path folder, String name) throws IOException {
    Pattern left = Pattern.compile(Pattern.quote(name) + "\\.([0-9]{1,18})\\.[0-9]{1,18}\\.part");
    try (DirectoryStream<Path> files =
        Files.newDirectoryStream(
            folder,
            f -> {
              Matcher m = left.matcher(f.getFileName().toString());
              return m.matches()
                  && ProcessHandle.of(Long.parseLong(m.group(1))).isEmpty()
                  && Files.isRegularFile(f, LinkOption.NOFOLLOW_LINKS);
            })) {
      for (Path file : files) {
        if (isLeft(file)) {
          Files.deleteIfExists(file);
        }
      }
    }
  }

  private static boolean isLeft(Path file) {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      return isFree(channel);
    } catch (IOException e) {
      return false; // somebody else's, or moved to its place meanwhile
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
}
