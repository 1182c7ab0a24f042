package org.workedanswers.house;

import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;

/** A pom as it is written, without what it inherits. */
final class Pom {
  /** A dependency as written; {@code scope} is {@code compile} where none is. */
  record Dependency(String group, String artifact, String version, String scope) {}

  private static final Path ROOT = Path.of(System.getProperty("workedanswers.root", ".."));

  private final Element project;

  private Pom(Element project) {
    this.project = project;
  }

  /** The house's folder. */
  static Path root() {
    return ROOT.toAbsolutePath().normalize();
  }

  static Pom ofFolder(String folder) {
    try {
      return of(Files.readString(root().resolve(folder).resolve("pom.xml")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Pom of(String xml) {
    try {
      return new Pom(
          DocumentBuilderFactory.newInstance()
              .newDocumentBuilder()
              .parse(new InputSource(new StringReader(xml)))
              .getDocumentElement());
    } catch (ParserConfigurationException | SAXException | IOException e) {
      throw new IllegalArgumentException(e);
    }
  }

  String artifact() {
    return text(project, "artifactId");
  }

  List<String> modules() {
    return children(child(project, "modules")).stream().map(Node::getTextContent).toList();
  }

  /** The modules of every build, and those that a profile adds. */
  List<String> modulesOfProfilesToo() {
    List<String> all = new ArrayList<>(modules());
    for (Element profile : children(child(project, "profiles"))) {
      children(child(profile, "modules")).forEach(m -> all.add(m.getTextContent()));
    }
    return all;
  }

  List<Dependency> dependencies() {
    return dependencies(child(project, "dependencies"));
  }

  List<Dependency> managed() {
    Element managed = child(project, "dependencyManagement");
    return managed == null ? List.of() : dependencies(child(managed, "dependencies"));
  }

  Map<String, String> properties() {
    Map<String, String> values = new LinkedHashMap<>();
    for (Element e : children(child(project, "properties"))) {
      values.put(e.getTagName(), e.getTextContent().trim());
    }
    return values;
  }

  /** Every version of a dependency or plugin that is written as such and not as a property. */
  List<String> literalVersions() {
    List<String> found = new ArrayList<>();
    var versions = project.getElementsByTagName("version");
    for (int i = 0; i < versions.getLength(); i++) {
      Node parent = versions.item(i).getParentNode();
      boolean own = parent == project || parent.getNodeName().equals("parent");
      String version = versions.item(i).getTextContent().trim();
      if (!own && !version.startsWith("${") && !version.startsWith("[")) {
        found.add(text((Element) parent, "artifactId") + " " + version);
      }
    }
    return found;
  }

  private static List<Dependency> dependencies(Element list) {
    return children(list).stream()
        .map(
            d ->
                new Dependency(
                    text(d, "groupId"),
                    text(d, "artifactId"),
                    text(d, "version"),
                    text(d, "scope").isEmpty() ? "compile" : text(d, "scope")))
        .toList();
  }

  private static String text(Element parent, String name) {
    Element e = child(parent, name);
    return e == null ? "" : e.getTextContent().trim();
  }

  private static Element child(Element parent, String name) {
    return children(parent).stream()
        .filter(e -> e.getTagName().equals(name))
        .findFirst()
        .orElse(null);
  }

  private static List<Element> children(Element parent) {
    List<Element> elements = new ArrayList<>();
    if (parent != null) {
      for (Node n = parent.getFirstChild(); n != null; n = n.getNextSibling()) {
        if (n instanceof Element e) {
          elements.add(e);
        }
      }
    }
    return elements;
  }
}
