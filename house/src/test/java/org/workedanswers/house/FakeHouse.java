package org.workedanswers.house;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * A house of two modules with the real launcher, and a Java and a Maven that only write down how
 * they were called.
 */
final class FakeHouse {
  private static final String[] TOOLS = {
    "awk",
    "bash",
    "cat",
    "cp",
    "cut",
    "dirname",
    "env",
    "find",
    "grep",
    "head",
    "ls",
    "mkdir",
    "mkfifo",
    "mv",
    "readlink",
    "rm",
    "rmdir",
    "sed",
    "sleep",
    "tail",
    "touch",
    "tr",
    "uname"
  };

  /** What a run printed and how it ended. */
  record Run(int status, String out, String err) {}

  private final Path folder;
  final Path root;
  final Path tools;
  final Map<String, String> environment = new TreeMap<>();

  /** {@code name} is that of the house's own folder. */
  FakeHouse(Path folder, String name) throws IOException {
    this.folder = folder;
    root = Files.createDirectories(folder.resolve(name));
    Files.copy(Pom.root().resolve("study"), root.resolve("study"));
    root.resolve("study").toFile().setExecutable(true);
    write(root.resolve("pom.xml"), "<project/>");
    Files.createDirectory(root.resolve(".mvn"));
    write(root.resolve("core/pom.xml"), "<project/>");
    write(root.resolve("core/src/main/java/Core.java"), "");
    write(root.resolve("core/src/test/java/CoreTest.java"), "");
    write(root.resolve("house/pom.xml"), "<project/>");
    write(root.resolve("benchmarks/pom.xml"), "<project/>");
    write(root.resolve("peers/pom.xml"), "<project/>");
    for (String technique : List.of("Attention", "Moe")) {
      write(
          root.resolve(
              "benchmarks/src/main/java/org/workedanswers/benchmarks/"
                  + technique
                  + "Benchmark.java"),
          "");
    }
    tools = Files.createDirectory(folder.resolve("tools"));
    for (String tool : TOOLS) {
      link(tool);
    }
    maven(
        """
        echo "$PWD|$JAVA_HOME|$*" >> "$CALLS"
        if ! mkdir "$CALLS.running"; then echo '[ERROR] two builds at once'; exit 1; fi
        sleep "${MAVEN_SLEEPS:-0}"
        echo '[INFO] Building Worked Answers: core 0.1.0-SNAPSHOT            [1/2]'
        echo '[INFO] Downloaded from central: https://a.b/c/model-1.jar (90 MB at 12 MB/s)'
        if [ -n "${MAVEN_FAILS:-}" ]; then
          rmdir "$CALLS.running"
          echo '[ERROR] Failed to do it: no such thing -> [Help 1]'
          echo '[ERROR] Re-run Maven using the -X switch to enable full debug logging.'
          exit 1
        fi
        for m in house benchmarks peers; do
          mkdir -p "$m/target" core/target/classes
          touch core/target/classes/Core.class library.jar
          printf '%s:%s' "$PWD/core/target/classes" "$PWD/library.jar" > "$m/target/classpath"
        done
        rmdir "$CALLS.running"
        """);
    environment.put("CALLS", folder.resolve("calls").toString());
    environment.put("PATH", tools.toString());
    environment.put("JAVA_HOME", java("jdk", "21", true).toString());
  }

  /** How often Maven was called, and with what. */
  List<String> builds() throws IOException {
    Path calls = folder.resolve("calls");
    return Files.exists(calls) ? Files.readAllLines(calls) : List.of();
  }

  /** The Java that runs, if one does. */
  Optional<ProcessHandle> java() throws IOException {
    Path id = folder.resolve("calls.java");
    String text = Files.exists(id) ? read(id).strip() : "";
    return text.isEmpty() ? Optional.empty() : ProcessHandle.of(Long.parseLong(text));
  }

  void maven(String script) throws IOException {
    executable(tools.resolve("mvn"), script);
  }

  /** A JDK of that version that prints its arguments, one a line, and how it ends; its home. */
  Path java(String name, String version, boolean vector) throws IOException {
    Path home = folder.resolve(name);
    executable(home.resolve("bin/javac"), "exit 0");
    executable(
        home.resolve("bin/java"),
        String.format(
            """
            case $1 in
              -XshowSettings:properties)
                echo "    java.home = %s" >&2
                echo "    java.specification.version = %s" >&2
                exit ;;
              --list-modules)
                echo java.base@21
                %s
                exit ;;
            esac
            case " $* " in
              *" --add-modules "*) echo 'WARNING: Using incubator modules: jdk.incubator.vector' >&2 ;;
            esac
            echo $$ > "$CALLS.java"
            echo 'first complaint' >&2
            sleep "${JAVA_SLEEPS:-0}" 2>/dev/null
            echo 'second complaint' >&2
            printf '<%%s>\\n' "$@"
            exit "${JAVA_ENDS_WITH:-0}"
            """,
            home, version, vector ? "echo jdk.incubator.vector@21" : ""));
    return home;
  }

  void link(String tool) throws IOException {
    for (String place : System.getenv("PATH").split(":")) {
      Path real = Path.of(place, tool);
      if (Files.isExecutable(real)) {
        Files.createSymbolicLink(tools.resolve(tool), real);
        return;
      }
    }
    throw new IOException(tool + " is not on the PATH");
  }

  Run study(String... arguments) throws IOException, InterruptedException {
    return finish(start(folder, root.resolve("study"), arguments));
  }

  Process start(Path directory, Path launcher, String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of(launcher.toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
    builder.environment().clear();
    builder.environment().putAll(environment);
    Path id = Files.createTempFile(folder, "run", "");
    builder.redirectOutput(Path.of(id + ".out").toFile());
    builder.redirectError(Path.of(id + ".err").toFile());
    Process process = builder.start();
    outputs.put(process, id);
    return process;
  }

  private final Map<Process, Path> outputs = new java.util.HashMap<>();

  Run finish(Process process) throws IOException, InterruptedException {
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new IllegalStateException("the launcher did not end");
    }
    Path id = outputs.remove(process);
    return new Run(process.exitValue(), read(Path.of(id + ".out")), read(Path.of(id + ".err")));
  }

  private static String read(Path file) throws IOException {
    return Files.readString(file, StandardCharsets.UTF_8);
  }

  static void write(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  static void executable(Path file, String script) throws IOException {
    Files.deleteIfExists(file);
    write(file, "#!/usr/bin/env bash\n" + script);
    file.toFile().setExecutable(true);
  }
}
