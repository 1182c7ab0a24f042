package org.workedanswers.rag.answer;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.workedanswers.rag.chunk.Sentences;
import org.workedanswers.rag.chunk.Span;

/**
 * Finds sentences in a document that speak to a language model and not to a reader: to forget its
 * instructions, to be somebody else, to say what it was told.
 *
 * <p>It knows turns of phrase, in English and German; an attack in other words goes unseen. So it
 * is no defence: that is {@link Prompt}, which lets no passage be an instruction. It tells a reader
 * what a document tried.
 */
public final class PlantedInstructions {
  private static final String WHAT =
      "(?:instructions?|prompts?|rules?|guidelines?|directives?|commands?|orders?|tasks?"
          + "|assignments?|context|messages?|everything|all|anything|said|told|above|before"
          + "|restrictions?|constraints?|programming)";

  private static final List<Pattern> PHRASES =
      List.of(
          // ignore all previous instructions
          phrase(
              "(?:ignore|disregard|forget|override|bypass|skip|neglect|do not (?:follow|obey)"
                  + "|don't (?:follow|obey)|stop following)\\b.{0,40}\\b"
                  + "(?:all|any|previous|prior|above|earlier|preceding|before|your|the|these|those"
                  + "|everything|foregoing)\\b.{0,40}\\b"
                  + WHAT),
          phrase(
              "\\b(?:forget|ignore|disregard|drop|abandon) (?:about )?(?:everything|all|what|any"
                  + "|your)\\b"),
          phrase(
              "\\bdo not (?:answer|look in|use)\\b.{0,40}\\b(?:question|documents?|but just)\\b"),
          phrase("\\bby your own knowledge\\b|\\brepeat after me\\b"),
          // vergiss alle Anweisungen
          phrase(
              "(?:vergi(?:ss|ß)|vergessen sie|ignorier(?:e|en|t)?|missachte)\\b.{0,60}\\b"
                  + "(?:alles?|alle[ns]?|anweisung\\w*|aufgab\\w*|auftr\\w*|befehl\\w*|regel\\w*"
                  + "|instruktion\\w*|davor|vorherig\\w*|bisherig\\w*|obig\\w*|gesagt\\w*)"),
          phrase("\\babweichend (?:zu|von)\\b.{0,20}\\b(?:instruktion|anweisung|vorgabe)"),
          // you are now, act as
          phrase("(?:you are|you're) now\\b(?! (?:able|ready|done|here|in ))"),
          phrase("from now on,?\\b.{0,20}\\b(?:you|answer|respond|reply|act|pretend)"),
          phrase("\\bnow you are\\b|\\b(?:jetzt|nun) (?:bist du|sind sie)\\b"),
          phrase(
              "^(?:please,? |you (?:must|should|will|shall) )?(?:act|behave|respond|answer|reply)"
                  + " (?:as|like) (?:if|though|an?|the)\\b"),
          phrase("\\bpretend (?:to be|you|that you)\\b"),
          phrase("\\b(?:roleplay|role-play|jailbreak|developer mode|dan mode)\\b"),
          phrase("\\b(?:du bist|sie sind) (?:jetzt|nun|ab jetzt)\\b"),
          phrase(
              "\\bich möchte,? dass du\\b.{0,40}\\b(?:handelst|agierst|spielst|bist)|\\bich möchte,? dass sie\\b.{0,60}\\bfungieren"),
          phrase("\\bi want you to (?:act|behave|respond|pretend|become|be)\\b"),
          // what were you told
          phrase(
              "\\b(?:show|print|reveal|repeat|output|display|tell|give|write|spell|say|return|what"
                  + " (?:is|are|was|were))\\b.{0,60}\\b(?:system|initial|original|full|entire|exact"
                  + "|whole|your|complete|previous|above|prior)\\b.{0,20}\\b"
                  + "(?:prompts?|instructions?|prompt texts?|directives?)\\b"),
          phrase("\\bzeige?\\b.{0,60}\\b(?:prompt\\w*|anweisung\\w*|instruktion\\w*)"),
          phrase("\\b(?:your|a|the) (?:new|real|actual|next) (?:task|instructions?|goal|job)\\b"),
          phrase("\\b(?:neue|weitere) (?:aufgabe|anweisung|instruktion)\\w*\\b"),
          phrase("\\b(?:new|additional|further) instructions?\\b"),
          phrase("\\bstopp?\\s*[-:–]\\s*(?:write|say|print|ich|i)\\b"),
          phrase(
              "\\b(?:instead|now),? (?:say|tell|write|answer|reply|respond|print|output|return)\\b"),
          // marks of a chat's format
          Pattern.compile(
              "<\\|?(?:im_start|im_end|system|endoftext|assistant)\\|?>|\\[/?INST\\]|<</?SYS>>"
                  + "|(?m)^\\s*#{2,}\\s*(?:system|instructions?|assistant)\\b",
              Pattern.CASE_INSENSITIVE));

  private PlantedInstructions() {}

  private static Pattern phrase(String regex) {
    return Pattern.compile(regex, Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE | Pattern.DOTALL);
  }

  /** The sentences that do, in their order. */
  public static List<Span> in(String text) {
    List<Span> planted = new ArrayList<>();
    for (Span sentence : Sentences.of(text)) {
      String words = sentence.of(text);
      if (PHRASES.stream().anyMatch(p -> p.matcher(words).find())) {
        planted.add(sentence);
      }
    }
    return planted;
  }
}
