package org.workedanswers.documents;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;
import org.jsoup.nodes.Element;
import org.jsoup.nodes.Node;
import org.jsoup.nodes.TextNode;
import org.jsoup.select.NodeFilter;
import org.jsoup.select.NodeTraversor;

/** An HTML tree as text, walked without recursion. */
final class HtmlText implements NodeFilter {
  private static final Set<String> UNSEEN =
      Set.of(
          "head",
          "script",
          "style",
          "nav",
          "noscript",
          "template",
          "svg",
          "iframe",
          "object",
          "audio",
          "video",
          "canvas");

  /** Blocks that stand behind an empty line; other blocks stand on a line of their own. */
  private static final Set<String> APART =
      Set.of(
          "p",
          "h1",
          "h2",
          "h3",
          "h4",
          "h5",
          "h6",
          "pre",
          "table",
          "blockquote",
          "ul",
          "ol",
          "dl",
          "section",
          "article",
          "main",
          "aside",
          "header",
          "footer",
          "figure",
          "form",
          "fieldset",
          "details",
          "address",
          "hr");

  private static final Set<String> ROWS = Set.of("tr", "li", "dt", "dd", "option", "caption");

  private final TextLayout layout;

  /** Of each list that is open the number of its next item; 0 if it has no numbers. */
  private final Deque<int[]> lists = new ArrayDeque<>();

  private int kept;

  private HtmlText(TextLayout layout) {
    this.layout = layout;
  }

  /** Puts what a reader sees of an element behind what is there. */
  static void append(Element element, TextLayout layout) {
    NodeTraversor.filter(new HtmlText(layout), element);
  }

  @Override
  public FilterResult head(Node node, int depth) {
    if (node instanceof TextNode text) {
      if (kept > 0) {
        layout.kept(CleanText.of(text.getWholeText()));
      } else {
        layout.text(text.getWholeText());
      }
    } else if (node instanceof Element element) {
      String name = element.normalName();
      if (UNSEEN.contains(name)) {
        return FilterResult.SKIP_ENTIRELY;
      }
      enter(element, name);
    }
    return FilterResult.CONTINUE;
  }

  private void enter(Element element, String name) {
    separate(element, name);
    switch (name) {
      case "br" -> layout.kept("\n");
      case "h1", "h2", "h3", "h4", "h5", "h6" -> layout.heading(name.charAt(1) - '0');
      case "img" -> layout.text(element.attr("alt"));
      case "pre", "textarea" -> kept++;
      case "ul" -> lists.push(new int[1]);
      case "ol" -> lists.push(new int[] {start(element)});
      case "li" -> {
        int[] next = lists.isEmpty() ? new int[1] : lists.peek();
        layout.item(next[0] == 0 ? "-" : next[0]++ + ".");
      }
      case "td", "th" -> layout.cell();
      default -> {}
    }
  }

  private static int start(Element list) {
    String start = list.attr("start");
    return start.matches("[1-9]\\d{0,8}") ? Integer.parseInt(start) : 1;
  }

  @Override
  public FilterResult tail(Node node, int depth) {
    if (node instanceof Element element) {
      String name = element.normalName();
      switch (name) {
        case "pre", "textarea" -> kept--;
        case "ul", "ol" -> lists.pop();
        case "li" -> layout.endItem();
        default -> {}
      }
      separate(element, name);
    }
    return FilterResult.CONTINUE;
  }

  private void separate(Element element, String name) {
    boolean innerList = !lists.isEmpty() && (name.equals("ul") || name.equals("ol"));
    if (APART.contains(name) && !innerList) {
      layout.block();
    } else if (ROWS.contains(name)
        || element.isBlock() && !name.equals("td") && !name.equals("th")) {
      layout.line();
    }
  }
}
