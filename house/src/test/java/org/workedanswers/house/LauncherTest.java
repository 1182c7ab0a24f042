package org.workedanswers.house;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.workedanswers.house.FakeHouse.Run;

/** What {@code ./study} does before Java runs, and what it passes on. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "study.cmd stands there, and is not tried")
@Execution(ExecutionMode.CONCURRENT)
class LauncherTest {
  @TempDir Path folder;
  private FakeHouse house;

  @BeforeEach
  void build() throws IOException {
    house = new FakeHouse(folder.toRealPath(), "a house with spaces");
  }

  private void touch(String file) throws IOException {
    Files.setLastModifiedTime(
        house.root.resolve(file), FileTime.from(Instant.now().plusSeconds(2)));
  }

  @Test
  void itBuildsOnceAndThenOnlyWhatIsOlderThanItsSources() throws Exception {
    Run first = house.study("list");
    assertEquals(0, first.status(), first.err());
    assertEquals(1, house.builds().size());
    String build = house.builds().get(0);
    assertTrue(build.startsWith(house.root + "|" + folder.toRealPath().resolve("jdk|")), build);
    assertTrue(build.contains("-pl house -am compile"), build);
    assertTrue(first.err().contains("[1/2]    core"), first.err());
    assertTrue(first.err().contains("fetched model-1.jar, 90 MB"), first.err());

    Run second = house.study("list");
    assertEquals(1, house.builds().size());
    assertEquals("first complaint\nsecond complaint\n", second.err());

    touch("core/src/test/java/CoreTest.java");
    house.study();
    assertEquals(1, house.builds().size(), "a test's source does not count");
    FakeHouse.write(house.root.resolve("core/src/main/java/New.java"), "");
    touch("core/src/main/java/New.java");
    house.study();
    assertEquals(2, house.builds().size(), "a new source");
    // Its folder's time is now ahead of the clock no more than the file's was.
    waitUntilPast("core/src/main/java/New.java");
    house.study();
    int before = house.builds().size();
    Files.delete(house.root.resolve("core/src/main/java/New.java"));
    house.study();
    assertEquals(before + 1, house.builds().size(), "a source that is gone");
    house.study();
    assertEquals(before + 1, house.builds().size());
    Files.delete(house.root.resolve("library.jar"));
    house.study();
    assertEquals(before + 2, house.builds().size(), "a library that is gone");
    touch("core/pom.xml");
    house.study();
    assertEquals(before + 3, house.builds().size(), "a pom");
  }

  private void waitUntilPast(String file) throws Exception {
    Instant time = Files.getLastModifiedTime(house.root.resolve(file)).toInstant();
    while (!Instant.now().isAfter(time.plusMillis(50))) {
      Thread.sleep(50);
    }
  }

  @Test
  void argumentsStatusAndStreamsArePassedOn() throws Exception {
    house.study();
    house.environment.put("JAVA_ENDS_WITH", "7");
    house.environment.put("STUDY_JAVA_OPTS", "-Xmx1g -Da=b");
    Run run = house.study("9", "--name", "two words", "*", "");
    assertEquals(7, run.status());
    String classPath = copy("house") + "/core:" + house.root.resolve("library.jar");
    assertEquals(
        "<--add-modules>\n<jdk.incubator.vector>\n<-Xmx1g>\n<-Da=b>\n<-cp>\n<"
            + classPath
            + ">\n<org.workedanswers.answers.cli.Study>\n"
            + "<9>\n<--name>\n<two words>\n<*>\n<>\n",
        run.out());
    assertEquals("first complaint\nsecond complaint\n", run.err());
  }

  /** The folder of the classes that a run reads. */
  private String copy(String target) throws IOException {
    return Files.readString(house.root.resolve("house/target/study/" + target + ".copy")).strip();
  }

  @Test
  void aRunKeepsItsClassesWhileAnotherBuilds() throws Exception {
    house.study();
    String first = copy("house");
    Path classes = Path.of(first, "core/Core.class");
    house.environment.put("JAVA_SLEEPS", "4");
    Process slow = house.start(house.root, house.root.resolve("study"), "slow");
    while (countMarks(first) == 0) {
      Thread.sleep(20);
    }
    house.environment.remove("JAVA_SLEEPS");
    for (int build = 2; build <= 3; build++) {
      touch("core/pom.xml");
      assertEquals(0, house.study("quick").status());
      assertEquals(build, house.builds().size());
      assertTrue(Files.exists(classes), "build " + build + " took them away");
      assertFalse(copy("house").equals(first));
    }
    assertTrue(slow.isAlive(), "it ended too early to tell");
    assertTrue(house.finish(slow).out().contains(first + "/core:"));
    touch("core/pom.xml");
    house.study();
    assertFalse(Files.exists(Path.of(first)), "nobody reads it any more");
  }

  private static long countMarks(String copy) throws IOException {
    try (var files = Files.list(Path.of(copy))) {
      return files.filter(f -> f.getFileName().toString().startsWith("used.")).count();
    }
  }

  @Test
  void closedStreamsAreNoError() throws Exception {
    house.study();
    house.environment.put(
        "JAVA_SLEEPS", "0.2"); // who reads its complaints is gone by then if it failed
    for (String closed : List.of("<&-", ">&-", "2>&-", ">&- 2>&-", "<&- >&- 2>&-")) {
      Path script = folder.resolve("closed");
      FakeHouse.executable(script, "exec '" + house.root.resolve("study") + "' list " + closed);
      house.environment.put("JAVA_ENDS_WITH", "7");
      Run run = house.finish(house.start(folder, script));
      assertEquals(7, run.status(), closed);
      assertFalse(run.err().contains("unbound"), run.err());
    }
  }

  @Test
  void javaEndsWithTheLauncher() throws Exception {
    house.study();
    house.environment.put("JAVA_SLEEPS", "60");
    Files.delete(folder.resolve("calls.java"));
    Process launcher = house.start(folder, house.root.resolve("study"), "list");
    while (house.java().isEmpty()) {
      Thread.sleep(20);
    }
    ProcessHandle java = house.java().orElseThrow();
    launcher.destroy(); // SIGTERM; a build may be run with others ignored, which no shell can undo
    assertEquals(128 + 15, house.finish(launcher).status());
    assertFalse(java.isAlive());
    assertEquals(0, countMarks(copy("house")));
  }

  @Test
  void theVectorModuleIsLeftOutWhereItIsNotOrIsNotWanted() throws Exception {
    house.study();
    Run without = house.study("--no-vector", "list");
    assertTrue(without.out().startsWith("<-cp>"), without.out());
    assertTrue(without.out().endsWith("<list>\n"), without.out());
    assertEquals("first complaint\nsecond complaint\n", without.err());
    house.environment.put("JAVA_HOME", house.java("no vectors", "17", false).toString());
    assertTrue(house.study("list").out().startsWith("<-cp>"));
  }

  @Test
  void newerJdksAreToldWhatIsAllowed() throws Exception {
    house.environment.put("JAVA_HOME", house.java("jdk 25", "25", true).toString());
    String out = house.study("list").out();
    assertTrue(out.contains("<--enable-native-access=ALL-UNNAMED>"), out);
    assertTrue(out.contains("<--sun-misc-unsafe-memory-access=allow>"), out);
  }

  @Test
  void itRunsFromAnyFolderAndThroughALink() throws Exception {
    Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
    Path link =
        Files.createSymbolicLink(
            house.tools.resolve("study"),
            house.tools.toRealPath().relativize(house.root.resolve("study")));
    Run run = house.finish(house.start(elsewhere, link, "list"));
    assertEquals(0, run.status(), run.err());
    assertTrue(run.out().contains(house.root.resolve("library.jar").toString()), run.out());
  }

  @Test
  void aMissingAnOldAndAHalfJavaAreSaidInASentence() throws Exception {
    house.environment.remove("JAVA_HOME");
    assertSays("no Java was found: a JDK of version 17 or newer is needed", house.study());

    house.environment.put("JAVA_HOME", house.java("old", "1.8", false).toString());
    assertSays("Java 8 in " + folder.toRealPath().resolve("old") + " is too old", house.study());

    Files.createSymbolicLink(
        house.tools.resolve("java"), house.java("on path", "17", true).resolve("bin/java"));
    assertEquals(0, house.study().status(), "the one on the PATH is new enough");

    Path runtime = house.java("runtime", "17", true);
    Files.delete(runtime.resolve("bin/javac"));
    house.environment.put("JAVA_HOME", runtime.toString());
    touch("core/pom.xml");
    assertSays("Java 17 in " + runtime + " has no compiler", house.study());
    assertEquals(1, house.builds().size());
  }

  @Test
  void mavenIsMissedOnlyWhereSomethingIsToBeBuilt() throws Exception {
    house.study();
    Files.delete(house.tools.resolve("mvn"));
    assertEquals(0, house.study().status());
    touch("core/pom.xml");
    assertSays("no Maven was found: version 3.8 or newer is needed", house.study());
  }

  private static void assertSays(String sentence, Run run) {
    assertEquals(1, run.status());
    assertEquals("", run.out());
    assertTrue(run.err().startsWith("study: " + sentence), run.err());
    assertEquals(1, run.err().lines().count(), run.err());
  }

  @Test
  void aBuildThatFailsSaysWhyAndIsTriedAgain() throws Exception {
    house.environment.put("MAVEN_FAILS", "yes");
    Run run = house.study();
    assertEquals(1, run.status());
    assertTrue(run.err().contains("[ERROR] Failed to do it: no such thing\n"), run.err());
    assertFalse(run.err().contains("Re-run"), run.err());
    assertTrue(run.err().contains("build.log"), run.err());
    house.environment.remove("MAVEN_FAILS");
    assertEquals(0, house.study().status());
    assertEquals(2, house.builds().size());
  }

  @Test
  void twoFirstRunsAtOnceBuildOnce() throws Exception {
    house.environment.put("MAVEN_SLEEPS", "2");
    Process one = house.start(house.root, house.root.resolve("study"), "one");
    Process two = house.start(house.root, house.root.resolve("study"), "two");
    Run first = house.finish(one);
    Run second = house.finish(two);
    assertEquals(0, first.status(), first.err());
    assertEquals(0, second.status(), second.err());
    assertEquals(1, house.builds().size());
    assertTrue((first.err() + second.err()).contains("another run is building"));
    assertTrue(first.out().endsWith("<one>\n") && second.out().endsWith("<two>\n"));
  }

  @Test
  void aBuildThatWasKilledIsNoticedAndRepeatedFromItsSources() throws Exception {
    house.study();
    touch("core/pom.xml");
    // Maven that is killed with the launcher while it writes.
    house.maven(
        """
        echo half > core/target/classes/Core.class
        kill -9 $PPID
        kill -9 $$
        """);
    Process killed = house.start(house.root, house.root.resolve("study"));
    killed.waitFor();
    Path half = house.root.resolve("core/target/classes/Core.class");
    assertEquals("half\n", Files.readString(half));
    assertTrue(Files.exists(house.root.resolve("house/target/study/lock")));

    house.maven(
        """
        echo again >> "$CALLS"
        [ ! -e core/target/classes/Core.class ] || exit 1
        mkdir -p core/target/classes
        touch core/target/classes/Core.class
        """);
    waitUntilPast("core/pom.xml");
    Run run = house.study("list");
    assertEquals(0, run.status(), run.err());
    assertEquals(List.of("again"), house.builds().subList(1, house.builds().size()));
    assertFalse(Files.exists(house.root.resolve("house/target/study/lock")));
    house.study();
    assertEquals(2, house.builds().size());
  }

  @Test
  void aLockWhoseMavenLivesIsWaitedFor() throws Exception {
    house.study();
    touch("core/pom.xml");
    Process alive = new ProcessBuilder("sleep", "2").start();
    // The launcher that held it is gone (no process has that number), its Maven is not.
    FakeHouse.write(
        house.root.resolve("house/target/study/lock"), "99999999\n" + alive.pid() + "\n");
    Run run = house.study();
    assertEquals(0, run.status(), run.err());
    assertFalse(alive.isAlive(), "it did not wait");
    assertTrue(run.err().contains("another run is building"), run.err());
  }

  @Test
  void anUnknownBenchmarkGetsTheNamesOfThoseThereAre() throws Exception {
    Run unknown = house.study("bench", "atention");
    assertEquals(2, unknown.status());
    assertEquals(
        "study: there is no benchmark of 'atention': there are attention, moe.\n", unknown.err());
    assertEquals(0, house.builds().size(), "nothing is built for it");
    assertEquals(2, house.study("bench").status());
    Run help = house.study("bench", "--help");
    assertEquals(0, help.status());
    assertTrue(help.out().contains("attention moe"), help.out());

    Run run = house.study("bench", "moe", "--full", "--", "-p", "n=7");
    assertEquals(0, run.status(), run.err());
    assertTrue(house.builds().get(0).contains("-pl benchmarks -am compile"));
    assertTrue(
        run.out()
            .endsWith("<org.workedanswers.benchmarks.Bench>\n<moe>\n<--full>\n<-->\n<-p>\n<n=7>\n"),
        run.out());
    assertFalse(house.builds().get(0).contains("peers"), "no peer is fetched for it");
    Run growth = house.study("bench", "--growth", "experts", "--svg", "a folder");
    assertEquals(1, house.builds().size(), "it is of the same build");
    assertTrue(
        growth
            .out()
            .endsWith(
                "<org.workedanswers.benchmarks.growth.Growth>\n<experts>\n<--svg>\n<a folder>\n"),
        growth.out());
  }

  @Test
  void comparisonsWithPeersAreBuiltWhenTheyAreAskedForAndForEachJava() throws Exception {
    Run run = house.study("bench", "--peers", "attention", "--json", "a file");
    assertEquals(0, run.status(), run.err());
    assertEquals(1, house.builds().size());
    String build = house.builds().get(0);
    assertTrue(build.contains("-pl peers -am compile -P!error-prone,peers "), build);
    String classPath = copy("peers") + "/core:" + house.root.resolve("library.jar");
    assertEquals(
        "<--add-modules>\n<jdk.incubator.vector>\n<-Dworkedanswers.peers.path="
            + classPath
            + ">\n<-cp>\n<"
            + classPath
            + ">\n<org.workedanswers.benchmarks.peers.Peers>\n<attention>\n<--json>\n<a file>\n",
        run.out());
    house.study("bench", "--peers");
    assertEquals(1, house.builds().size());
    house.environment.put("JAVA_HOME", house.java("another jdk", "17", true).toString());
    house.study("bench", "--peers");
    assertEquals(2, house.builds().size(), "another Java has other peers");
    FakeHouse.write(house.root.resolve("peers/src/main/java21/New.java"), "");
    touch("peers/src/main/java21/New.java");
    house.study("bench", "moe");
    assertFalse(house.builds().get(2).contains("peers"));
    house.study("bench", "--peers");
    assertEquals(4, house.builds().size(), "a new source");
  }
}
