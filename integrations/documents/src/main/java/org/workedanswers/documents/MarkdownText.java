package org.workedanswers.documents;

import java.util.ArrayDeque;
import java.util.Deque;
import org.commonmark.ext.gfm.tables.TableCell;
import org.commonmark.ext.gfm.tables.TableRow;
import org.commonmark.node.Block;
import org.commonmark.node.Code;
import org.commonmark.node.FencedCodeBlock;
import org.commonmark.node.HardLineBreak;
import org.commonmark.node.Heading;
import org.commonmark.node.HtmlBlock;
import org.commonmark.node.HtmlInline;
import org.commonmark.node.IndentedCodeBlock;
import org.commonmark.node.LinkReferenceDefinition;
import org.commonmark.node.ListBlock;
import org.commonmark.node.ListItem;
import org.commonmark.node.Node;
import org.commonmark.node.OrderedList;
import org.commonmark.node.SoftLineBreak;
import org.commonmark.node.Text;
import org.jsoup.Jsoup;

/**
 * A Markdown tree as text, walked without recursion.
 *
 * @param title the first heading of the first level, or empty
 * @param text all of it
 */
record MarkdownText(String title, String text) {
  static MarkdownText of(Node tree) {
    Walk walk = new Walk();
    for (Node node = tree; node != null; ) {
      walk.enter(node);
      if (node.getFirstChild() != null) {
        node = node.getFirstChild();
        continue;
      }
      walk.leave(node);
      while (node.getNext() == null && node.getParent() != null) {
        node = node.getParent();
        walk.leave(node);
      }
      node = node.getNext();
    }
    return new MarkdownText(walk.title.toString(), walk.layout.toString());
  }

  private static final class Walk {
    final TextLayout layout = new TextLayout();
    final StringBuilder title = new StringBuilder();
    private boolean inTitle;

    /** Of each list that is open the number of its next item; -1 if it has no numbers. */
    private final Deque<Integer> numbers = new ArrayDeque<>();

    void enter(Node node) {
      if (node instanceof Text t) {
        text(t.getLiteral());
      } else if (node instanceof Code c) {
        text(c.getLiteral());
      } else if (node instanceof SoftLineBreak) {
        text(" ");
      } else if (node instanceof HardLineBreak) {
        newLine();
      } else if (node instanceof HtmlInline html) {
        if (html.getLiteral().regionMatches(true, 0, "<br", 0, 3)) {
          newLine();
        }
      } else if (node instanceof Block block) {
        enterBlock(block);
      } else if (node instanceof TableRow) {
        layout.line();
      } else if (node instanceof TableCell) {
        layout.cell();
      }
    }

    private void enterBlock(Block block) {
      if (block instanceof ListBlock list) {
        numbers.push(start(list));
      }
      if (block instanceof ListItem item) {
        layout.item(bullet(item));
      } else if (block instanceof LinkReferenceDefinition) {
        return;
      } else {
        separate(block);
      }
      if (block instanceof FencedCodeBlock code) {
        layout.kept(code.getLiteral());
      } else if (block instanceof IndentedCodeBlock code) {
        layout.kept(code.getLiteral());
      } else if (block instanceof HtmlBlock html) {
        HtmlText.append(Jsoup.parseBodyFragment(html.getLiteral()).body(), layout);
      } else if (block instanceof Heading heading) {
        layout.heading(heading.getLevel());
        inTitle = heading.getLevel() == 1 && title.isEmpty();
      }
    }

    void leave(Node node) {
      if (node instanceof ListItem) {
        layout.endItem();
      } else if (node instanceof Block block && !(block instanceof LinkReferenceDefinition)) {
        if (block instanceof ListBlock) {
          numbers.pop();
        }
        separate(block);
        if (block instanceof Heading) {
          inTitle = false;
        }
      }
    }

    private static int start(ListBlock list) {
      if (!(list instanceof OrderedList ordered)) {
        return -1;
      }
      Integer start = ordered.getMarkerStartNumber();
      return start == null ? 1 : start;
    }

    /** An empty line, but for what stands close together. */
    private void separate(Block block) {
      Node parent = block.getParent();
      boolean inTightItem =
          parent instanceof ListItem && parent.getParent() instanceof ListBlock l && l.isTight();
      if (inTightItem || parent instanceof ListItem && block.getPrevious() == null) {
        layout.line();
      } else {
        layout.block();
      }
    }

    /** What stands ahead of an item; of a loose list's items each stands behind an empty line. */
    private String bullet(ListItem item) {
      Node list = item.getParent();
      if (list instanceof ListBlock block && !block.isTight() && item.getPrevious() != null) {
        layout.block();
      }
      int number = numbers.isEmpty() ? -1 : numbers.pop();
      numbers.push(number < 0 ? number : number + 1);
      return number < 0 ? "-" : number + ".";
    }

    private void text(String literal) {
      layout.text(literal);
      if (inTitle) {
        title.append(literal);
      }
    }

    private void newLine() {
      layout.kept("\n");
      if (inTitle) {
        title.append(' ');
      }
    }
  }
}
