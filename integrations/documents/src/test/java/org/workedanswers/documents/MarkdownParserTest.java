package org.workedanswers.documents;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.workedanswers.rag.ingest.Document;

class MarkdownParserTest {
  private static final MarkdownParser PARSER = new MarkdownParser();

  private static String text(String markdown) {
    return Parsed.of(PARSER, markdown).text();
  }

  @Test
  void aPageIsWhatItsReaderSees() {
    Document document =
        Parsed.of(
            PARSER,
            """
            Intro under no heading,
            on two lines.

            A *Title* with `code` & [link](https://example.org "hover")
            ===

            > Quoted **text**,
            > with ![a picture](x.png) and <https://example.org/auto>.

            ## Steps ##

            1. first
            2. second
               - inner *one*
               - inner two
                 1. innermost
            3. third

            - loose

            - items

              with a paragraph

            ```java
            int x = 1;

              x++; // a < b && **not bold**
            ```

                indented
                  code

            Hard\\
            break.

            ***

            | Name | Value |
            |:-----|------:|
            | `a`  | *1*   |
            | b    |       |

            [link]: https://example.org/reference
            See [link], \\*not emphasised\\* &amp; &copy;.
            """);
    assertEquals(
        """
        Intro under no heading, on two lines.

        # A Title with code & link

        Quoted text, with a picture and https://example.org/auto.

        ## Steps

        1. first
        2. second
          - inner one
          - inner two
            1. innermost
        3. third

        - loose

        - items

          with a paragraph

        int x = 1;

          x++; // a < b && **not bold**

        indented
          code

        Hard
        break.

        Name | Value
        a | 1
        b

        See link, *not emphasised* & \u00a9.""",
        document.text());
    assertEquals("A Title with code & link", document.title());
    assertEquals("UTF-8", document.metadata().get("encoding"));
  }

  @Test
  void ofHtmlTheTextStays() {
    assertEquals(
        "Before\n\nSummary\nInside bold.\n\nA B\nC",
        text(
            """
            Before

            <details><summary>Summary</summary>
            <!-- a comment --><div>Inside <b>bold</b>.</div>
            <script>evil()</script>
            </details>

            <!-- another
            comment -->

            A <span class="x">B</span><br/>C
            """));
  }

  @Test
  void frontMatterGivesTheTitleAndIsNotText() {
    String yaml = "---\n# generated\nlayout: post\ntitle: \"From: YAML\"\ntags: [a, b]\n---\n";
    Document document = Parsed.of(PARSER, yaml + "Text.\n\n## Second level\n");
    assertEquals("From: YAML", document.title());
    assertEquals("Text.\n\n## Second level", document.text());
    assertEquals("First", Parsed.of(PARSER, yaml + "Text.\n\n# First\n\n# Next").title());
    document = Parsed.of(PARSER, "+++\r\ntitle = 'TOML'\r\n+++\r\nText.");
    assertEquals("TOML", document.title());
    assertEquals("Text.", document.text());
    document = Parsed.of(PARSER, "---\ntitle: dots\n...\nText.\n---\n");
    assertEquals("dots", document.title());
    assertEquals("## Text.", document.text());
    assertEquals("", text("---\n---\n"));
  }

  @Test
  void rulesAroundTextAreNotFrontMatter() {
    assertEquals("Just text\n\nMore", text("---\nJust text\n\n---\nMore"));
    assertEquals("title: not closed", text("---\ntitle: not closed\n"));
    assertEquals("", Parsed.of(PARSER, "---\ntitle: not closed\n").title());
  }

  @Test
  void aTitleIsOneLineOfBoundedLength() {
    assertEquals("a b", Parsed.of(PARSER, "a\n  b\n===\n").title());
    String title = Parsed.of(PARSER, "# " + "\ud83d\ude00".repeat(1000)).title();
    assertTrue(title.length() <= 300 && title.endsWith("\u2026"), title);
  }

  @Test
  void nestingHasAnEndAndLosesNothing() {
    String deep = text("> ".repeat(100_000) + "core");
    assertTrue(deep.startsWith("> ") && deep.endsWith("> core"), "quotes");
    String list = text("- ".repeat(10_000) + "core");
    assertTrue(list.endsWith("core"), "items");
    String stars = text("*a **b ".repeat(5_000) + "core" + "** *".repeat(5_000));
    assertTrue(stars.contains("core"), "emphasis");
    StringBuilder links = new StringBuilder("core");
    links.insert(0, "[".repeat(10_000)).append("](x)".repeat(10_000));
    assertTrue(text(links.toString()).contains("core"), "links");
  }

  @Test
  void aTableOfBillionsIsKeptAsItIsWritten() {
    String row = "|a".repeat(5_000) + "|\n";
    String text = text(row + row.replace('a', '-') + "b\n".repeat(5_000) + "\nend");
    assertTrue(text.startsWith("|a|a") && text.endsWith("end"), text.substring(0, 20));
  }

  @Test
  void aTreeOfGigabytesIsNotMade() {
    for (String piece : new String[] {"a\n\n", "["}) {
      String text = piece.repeat(2_100_000 / piece.length() * (piece.length() > 1 ? 3 : 1));
      Document document = Parsed.of(PARSER, "---\ntitle: T\n---\n" + text);
      assertEquals("T", document.title());
      assertEquals(text, document.text());
    }
  }
}
