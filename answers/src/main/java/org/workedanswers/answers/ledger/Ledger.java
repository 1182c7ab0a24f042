package org.workedanswers.answers.ledger;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import org.workedanswers.answers.Workbench;

/**
 * Measures claims and judges them, each once, and keeps the findings: what an answer shows, what
 * the table prints and what a test asserts is the same number.
 */
public final class Ledger {
  private static final Comparator<String> BY_QUESTION =
      Comparator.<String>comparingInt(id -> Integer.parseInt(id.substring(1, id.indexOf('.'))))
          .thenComparing(Comparator.naturalOrder());

  private static final Map<String, Verdict> PINNED = pinned();

  private final Workbench bench;
  private final Map<String, Finding> findings = new LinkedHashMap<>();

  /** An empty ledger whose measurements run on {@code bench}. */
  public Ledger(Workbench bench) {
    this.bench = bench;
  }

  /** Measures and judges a claim, or returns what was found before. */
  public Finding find(Claim claim) {
    return findings.computeIfAbsent(claim.id(), id -> measure(claim, bench));
  }

  /** Measures and judges a claim, always anew. */
  public static Finding measure(Claim claim, Workbench bench) {
    long start = System.nanoTime();
    Measured measured;
    Verdict verdict;
    try {
      measured = claim.measurement().measure(bench);
      verdict = claim.rule().judge(measured.value());
    } catch (IllegalArgumentException | IllegalStateException e) {
      throw new IllegalStateException(claim.id() + " could not be judged: " + e.getMessage(), e);
    }
    long millis = (System.nanoTime() - start) / 1_000_000;
    return new Finding(
        claim,
        measured.value(),
        verdict,
        Optional.ofNullable(PINNED.get(claim.id())),
        measured.notes(),
        millis);
  }

  /** What was found so far, in the order of measuring. */
  public List<Finding> findings() {
    return List.copyOf(findings.values());
  }

  /** Whether every claim that was measured has its pinned verdict. */
  public boolean asPinned() {
    return findings.values().stream().allMatch(Finding::asPinned);
  }

  /** The pinned verdicts by claim. */
  public static Map<String, Verdict> pinnedVerdicts() {
    return Collections.unmodifiableMap(PINNED);
  }

  private static Map<String, Verdict> pinned() {
    Properties list = load("verdicts.properties");
    Map<String, Verdict> pinned = new TreeMap<>(BY_QUESTION);
    list.stringPropertyNames().forEach(id -> pinned.put(id, Verdict.of(list.getProperty(id))));
    return pinned;
  }

  /** The claims of the text that are not measured yet: id and what each says. */
  public static Map<String, String> notYetMeasured() {
    Properties list = load("not-yet.properties");
    Map<String, String> open = new TreeMap<>(BY_QUESTION);
    list.stringPropertyNames().forEach(id -> open.put(id, list.getProperty(id)));
    return open;
  }

  private static Properties load(String name) {
    Properties list = new Properties();
    try (InputStream in = Ledger.class.getResourceAsStream(name)) {
      list.load(new InputStreamReader(in, StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return list;
  }
}
