package org.workedanswers.answers;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.workedanswers.answers.q02.TransformerAnswer;
import org.workedanswers.answers.q03.RetrievalAnswer;
import org.workedanswers.answers.q04.AttentionAnswer;
import org.workedanswers.answers.q05.ContextAnswer;
import org.workedanswers.answers.q09.LoraAnswer;
import org.workedanswers.answers.q13.QuantizationAnswer;
import org.workedanswers.answers.q14.KindsAnswer;
import org.workedanswers.answers.q15.MixtureAnswer;
import org.workedanswers.answers.q16.HybridAnswer;

/** The sixteen questions, in our own words, and which of them are worked. */
public final class Questions {
  private static final Map<Integer, Supplier<Answer>> WORKED = new TreeMap<>();

  static {
    // One line a worked answer.
    WORKED.put(2, TransformerAnswer::new);
    WORKED.put(3, RetrievalAnswer::new);
    WORKED.put(4, AttentionAnswer::new);
    WORKED.put(5, ContextAnswer::new);
    WORKED.put(9, LoraAnswer::new);
    WORKED.put(13, QuantizationAnswer::new);
    WORKED.put(14, KindsAnswer::new);
    WORKED.put(15, MixtureAnswer::new);
    WORKED.put(16, HybridAnswer::new);
  }

  private static final List<String> TITLES =
      List.of(
          "Foundation models and fine-tuned models",
          "The parts of a transformer",
          "Retrieval-augmented generation, or fine-tuning?",
          "Scaled dot-product attention",
          "Context windows, and how long contexts are handled",
          "Chain-of-thought prompting",
          "Zero, one and few examples in a prompt",
          "Prompt injection and its defences",
          "LoRA: low-rank adaptation",
          "RLHF and its steps",
          "Evaluating a generative system",
          "Hallucination and how to reduce it",
          "Quantization",
          "Encoder-only, decoder-only, encoder-decoder",
          "Mixture of experts",
          "Designing a retrieval system");

  private Questions() {}

  /** The title of question 1 to 16. */
  public static String title(int question) {
    return TITLES.get(question - 1);
  }

  /** How many questions there are. */
  public static int count() {
    return TITLES.size();
  }

  /** A new answer to that question with its default settings; empty if it is not worked yet. */
  public static Optional<Answer> answer(int question) {
    return Optional.ofNullable(WORKED.get(question)).map(Supplier::get);
  }

  /** New answers to all questions that are worked, in order. */
  public static List<Answer> worked() {
    return WORKED.values().stream().map(Supplier::get).toList();
  }
}
