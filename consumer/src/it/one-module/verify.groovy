import java.util.zip.ZipFile

// What a project gets that names one module, and whether it runs.
def jars = new File(basedir, 'target/classpath').text.trim().split(File.pathSeparator).collect { new File(it) }
def expected = ["commons-math3-", "worked-answers-attention-${version}.jar", "worked-answers-core-${version}.jar"]
def names = jars*.name.sort()
assert names.size() == 3 && [names, expected].transpose().every { name, start -> name.startsWith(start as String) } :
    "on the class path are ${names}"

def repository = new File(basedir, '../../repository').canonicalPath
assert jars.every { it.canonicalPath.startsWith(repository) } : "${jars} are not all from ${repository}"

jars.each { jar ->
  new ZipFile(jar).withCloseable { zip ->
    def natives = zip.entries().findAll { it.name =~ /\.(so|dll|dylib|jnilib)(\.\d+)*$/ }*.name
    assert natives.empty : "${jar} holds ${natives}"
    if (jar.name.startsWith('worked-answers')) {
      def module = zip.getInputStream(zip.getEntry('META-INF/MANIFEST.MF')).text
      assert module.contains('Automatic-Module-Name: org.workedanswers.') : "${jar} has no module name"
    }
  }
}

// No --add-modules: the vector module is not in this run.
def path = ([new File(basedir, 'target/classes')] + jars).join(File.pathSeparator)
def run = new ProcessBuilder("${javaHome}/bin/java" as String, '-cp', path, 'example.Main').redirectErrorStream(true).start()
def output = run.inputStream.getText('UTF-8')
print output
assert run.waitFor() == 0
assert output.contains('plain [[1.0, 2.0], [2.0, 4.0]]')
assert output.contains('flash [[1.0, 2.0], [2.0, 4.0]]')
assert output.contains('Kernels: blocked.') && output.contains('--add-modules jdk.incubator.vector')
return true
