@echo off
rem Runs the worked answers; builds first what is missing or older than its sources.
rem The same as ./study, which says what each part is for: change both.
rem It was written without a Windows to try it on. Known to differ: the JVM's line on incubating
rem modules stays, and of a build's progress Maven's own lines are shown.
rem
rem JAVA_HOME          a JDK of version 17 or newer; else the one on the PATH
rem STUDY_JAVA_OPTS    more options for Java
rem STUDY_MAVEN_OPTS   more options for Maven
setlocal EnableExtensions DisableDelayedExpansion
rem Libraries that would report to their makers.
set "ORT_DISABLE_TELEMETRY=1"
set "OPT_OUT_TRACKING=true"

set "NEEDED=17"
set "VECTOR_MODULE=jdk.incubator.vector"
set "ROOT=%~dp0"
if "%ROOT:~-1%"=="\" set "ROOT=%ROOT:~0,-1%"
set "STATE=%ROOT%\house\target\study"

rem ---- Arguments: what is for the launcher is taken off, the rest is kept as it was written.
set "NO_VECTOR="
set "REST=%*"
if not "%~1"=="--no-vector" goto arguments_read
set "NO_VECTOR=yes"
call :drop_first %1
shift
:arguments_read
set "TARGET=house"
set "WHAT=the answers"
set "MAIN=org.workedanswers.answers.cli.Study"
if not "%~1"=="bench" goto find_java
call :drop_first %1
set "TARGET=benchmarks"
set "WHAT=the benchmarks"
set "MAIN=org.workedanswers.benchmarks.Bench"
set "TECHNIQUE=%~2"
if "%TECHNIQUE%"=="" (
  call :bench_usage 1>&2
  exit /b 2
)
if "%TECHNIQUE%"=="-h" set "TECHNIQUE=--help"
if "%TECHNIQUE%"=="--help" (
  call :bench_usage
  exit /b 0
)
if "%TECHNIQUE%"=="--peers" (
  call :drop_first %2
  set "TARGET=peers"
  set "WHAT=the comparisons"
  set "MAIN=org.workedanswers.benchmarks.peers.Peers"
  goto find_java
)
if "%TECHNIQUE%"=="--growth" (
  call :drop_first %2
  set "TARGET=benchmarks"
  set "WHAT=the benchmarks"
  set "MAIN=org.workedanswers.benchmarks.growth.Growth"
  goto find_java
)
if not exist "%ROOT%\benchmarks\src\main\java\org\workedanswers\benchmarks\%TECHNIQUE%Benchmark.java" (
  call :techniques
  call :say there is no benchmark of '%%TECHNIQUE%%': there are%%TECHNIQUES%%.
  exit /b 2
)

rem ---- Java: JAVA_HOME, then the PATH.
:find_java
set "OLD="
set "VERSION="
if not defined JAVA_HOME goto java_on_path
call :ask_java "%JAVA_HOME%\bin\java.exe"
if not defined VERSION goto java_on_path
if %VERSION% GEQ %NEEDED% goto java_found
set "OLD=Java %VERSION% in %HOME_FOUND%"
:java_on_path
set "VERSION="
set "ON_PATH="
for %%j in (java.exe) do set "ON_PATH=%%~$PATH:j"
if not defined ON_PATH goto java_missing
call :ask_java "%ON_PATH%"
if not defined VERSION goto java_missing
if %VERSION% GEQ %NEEDED% goto java_found
set "OLD=Java %VERSION% in %HOME_FOUND%"
:java_missing
if defined OLD (
  call :say %%OLD%% is too old: a JDK of version %NEEDED% or newer is needed, named by JAVA_HOME or on the PATH.
) else (
  call :say no Java was found: a JDK of version %NEEDED% or newer is needed, named by JAVA_HOME or on the PATH.
)
exit /b 1
:java_found
set "JAVA=%HOME_FOUND%\bin\java.exe"
if defined NO_VECTOR set "VECTOR=no"

rem ---- Build.
call :stale
if not defined STALE goto run
if not exist "%HOME_FOUND%\bin\javac.exe" (
  call :say Java %VERSION% in %%HOME_FOUND%% has no compiler: a JDK of version %NEEDED% or newer is needed, named by JAVA_HOME or on the PATH.
  exit /b 1
)
set "MAVEN="
for %%m in (mvn.cmd) do set "MAVEN=%%~$PATH:m"
if not defined MAVEN (
  call :say no Maven was found: version 3.8 or newer is needed on the PATH to build.
  exit /b 1
)
if not exist "%STATE%" mkdir "%STATE%"
rem One run at a time builds: the lock is the open file, so it goes with the process that holds it.
set "TOLD="
:take_lock
set "BUILD_STATUS="
8>&2 2>nul (
  9>"%STATE%\lock.cmd" (
    call :build 2>&8
    call set "BUILD_STATUS=%%ERRORLEVEL%%"
  )
) || (
  if not defined BUILD_STATUS (
    if not defined TOLD call :say another run is building; waiting for it.
    set "TOLD=yes"
    ping -n 2 127.0.0.1 >nul
    goto take_lock
  )
)
if not "%BUILD_STATUS%"=="0" exit /b 1

rem ---- Run.
:run
set "OPTIONS="
if "%VECTOR%"=="yes" set "OPTIONS=--add-modules %VECTOR_MODULE%"
if %VERSION% GEQ 24 set "OPTIONS=%OPTIONS% --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow"
"%JAVA%" %OPTIONS% %STUDY_JAVA_OPTS% "@%STATE%\%TARGET%.args" %MAIN% %REST%
exit /b %ERRORLEVEL%

rem ---- Parts.

:say
rem Its words may name variables twice escaped, so that what a user wrote is not read as a command.
call echo study: %* 1>&2
exit /b 0

:drop_first
rem Takes the first word and the blanks after it off REST.
call set "REST=%%REST:*%~1=%%"
for /f "tokens=* delims= " %%r in ("%REST%") do set "REST=%%r"
exit /b 0

:ask_java
rem Sets VERSION, HOME_FOUND and VECTOR from a java program; leaves VERSION unset if it does not run.
set "VERSION="
set "HOME_FOUND="
set "VECTOR=no"
if not exist "%~1" exit /b 0
for /f "tokens=1,* delims== " %%a in ('""%~1" -XshowSettings:properties -version 2^>^&1"') do (
  if "%%a"=="java.specification.version" set "VERSION=%%b"
  if "%%a"=="java.home" set "HOME_FOUND=%%b"
)
if not defined VERSION exit /b 0
if "%VERSION:~0,2%"=="1." set "VERSION=%VERSION:~2%"
if %VERSION% LSS %NEEDED% exit /b 0
"%~1" --list-modules 2>nul | findstr /b /c:"%VECTOR_MODULE%" >nul && set "VECTOR=yes"
exit /b 0

:stale
rem Sets STALE if the build is missing or older than a source; test sources do not count.
set "STALE=yes"
if not exist "%STATE%\%TARGET%.built" exit /b 0
if not exist "%ROOT%\%TARGET%\target\classpath" exit /b 0
rem Which peers there are depends on the Java that builds.
set "BUILT_BY="
set /p BUILT_BY=<"%STATE%\%TARGET%.built"
if "%TARGET%"=="peers" if not "%BUILT_BY%"=="%VERSION%" exit /b 0
powershell -NoProfile -Command ^
  "$root = $env:ROOT; $target = $env:TARGET;" ^
  "$built = (Get-Item -LiteralPath (Join-Path $env:STATE ($target + '.built'))).LastWriteTimeUtc;" ^
  "$missing = (Get-Content -LiteralPath (Join-Path $root ($target + '\target\classpath'))).Split(';') | Where-Object { -not (Test-Path -LiteralPath $_) -and (-not $_.EndsWith('\target\classes') -or (Test-Path -LiteralPath ($_.Substring(0, $_.Length - 15) + '\src\main'))) };" ^
  "if ($missing) { exit 1 };" ^
  "$left = switch ($target) { 'house' { 'benchmarks', 'nd4j', 'peers' } 'benchmarks' { 'answers', 'house', 'peers' } default { 'answers', 'house' } };" ^
  "$modules = @(Get-ChildItem -LiteralPath $root -Directory) + @(Get-ChildItem -LiteralPath (Join-Path $root 'integrations') -Directory) | Where-Object { (Test-Path -LiteralPath (Join-Path $_.FullName 'pom.xml')) -and ($left -notcontains $_.Name) };" ^
  "$watched = @(Get-Item -LiteralPath (Join-Path $root 'pom.xml')) + @(Get-ChildItem -LiteralPath (Join-Path $root '.mvn'));" ^
  "foreach ($m in $modules) { $watched += Get-Item -LiteralPath (Join-Path $m.FullName 'pom.xml'); $main = Join-Path $m.FullName 'src\main'; if (Test-Path -LiteralPath $main) { $watched += Get-Item -LiteralPath $main; $watched += Get-ChildItem -LiteralPath $main -Recurse } };" ^
  "if ($watched | Where-Object { $_.LastWriteTimeUtc -gt $built }) { exit 1 } else { exit 0 }"
if not errorlevel 1 set "STALE="
exit /b 0

:build
rem Another run may have built it while this one waited.
call :stale
if not defined STALE exit /b 0
if exist "%STATE%\building" (
  rem A build was killed half-way: its classes may be half-written.
  for /d %%m in ("%ROOT%\*" "%ROOT%\integrations\*") do (
    if exist "%%~m\target\classes" rmdir /s /q "%%~m\target\classes"
    if exist "%%~m\target\maven-status" rmdir /s /q "%%~m\target\maven-status"
  )
)
call :say building %%WHAT%%; the first time it takes a minute or two and fetches libraries.
echo %TARGET%>"%STATE%\building"
if exist "%STATE%\%TARGET%.built" del "%STATE%\%TARGET%.built"
rem A source that changes from now on is newer than this file.
(echo %VERSION%)>"%STATE%\%TARGET%.started"
set "PROFILES=!error-prone"
if "%TARGET%"=="peers" set "PROFILES=!error-prone,peers"
pushd "%ROOT%"
set "JAVA_HOME=%HOME_FOUND%"
call "%MAVEN%" -B -q -Dstyle.color=never -pl %TARGET% -am compile "-P%PROFILES%" -Dbuild.failOnWarning=false %STUDY_MAVEN_OPTS% 1>&2
set "MAVEN_STATUS=%ERRORLEVEL%"
popd
del "%STATE%\building"
if not "%MAVEN_STATUS%"=="0" (
  call :say the build failed.
  exit /b 1
)
rem A run reads a copy of the classes, so that a build beside it does not take them away. The two newest copies stay.
rem The class path is longer than a command may be: Java reads it from a file, where a backslash escapes.
powershell -NoProfile -Command ^
  "$ErrorActionPreference = 'Stop';" ^
  "$copies = Join-Path $env:STATE 'copies';" ^
  "$copy = Join-Path $copies ($env:TARGET + '.' + [DateTime]::UtcNow.Ticks);" ^
  "New-Item -ItemType Directory -Force -Path $copy | Out-Null;" ^
  "function Copied([string] $module) {" ^
  "  $own = Join-Path $env:ROOT ($module + '\target\classes');" ^
  "  $path = [IO.File]::ReadAllText((Join-Path $env:ROOT ($module + '\target\classpath'))).Trim();" ^
  "  $entries = foreach ($entry in ($own + ';' + $path).Split(';')) {" ^
  "    if (-not $entry.EndsWith('\target\classes')) { $entry; continue };" ^
  "    if (-not (Test-Path -LiteralPath $entry)) { continue };" ^
  "    $to = Join-Path $copy (Split-Path -Leaf $entry.Substring(0, $entry.Length - 15));" ^
  "    if (-not (Test-Path -LiteralPath $to)) { Copy-Item -LiteralPath $entry -Destination $to -Recurse };" ^
  "    $to };" ^
  "  ($entries -join ';').Replace('\', '/') };" ^
  "$quote = [char]34;" ^
  "$line = if ($env:TARGET -eq 'peers') { '-cp ' + $quote + (Copied 'benchmarks') + $quote + ' ' + $quote + '-Dworkedanswers.peers.path=' + (Copied 'peers') + $quote } else { '-cp ' + $quote + (Copied $env:TARGET) + $quote };" ^
  "[IO.File]::WriteAllText((Join-Path $env:STATE ($env:TARGET + '.args')), $line, [Text.Encoding]::Default);" ^
  "Get-ChildItem -LiteralPath $copies -Directory -Filter ($env:TARGET + '.*') | Sort-Object Name -Descending | Select-Object -Skip 2 | Remove-Item -Recurse -Force"
if errorlevel 1 exit /b 1
move /y "%STATE%\%TARGET%.started" "%STATE%\%TARGET%.built" >nul
exit /b 0

:techniques
set "TECHNIQUES="
for %%f in ("%ROOT%\benchmarks\src\main\java\org\workedanswers\benchmarks\*Benchmark.java") do call :add_technique "%%~nf"
exit /b 0

:add_technique
set "NAME=%~1"
set "TECHNIQUES=%TECHNIQUES% %NAME:Benchmark=%"
exit /b 0

:bench_usage
call :techniques
echo Usage: study [--no-vector] bench TECHNIQUE [--full] [-- JMH's arguments]
echo        study [--no-vector] bench --peers [NAME...] [--list] [--json FILE]
echo        study [--no-vector] bench --growth [NAME...] [--svg FOLDER]
echo Times one technique with JMH, its forms and kernels side by side; or our hot paths beside other
echo libraries, each in turn with its peer; or how costs grow with size.
echo   TECHNIQUE  %TECHNIQUES%
echo   --full      the long form; the quick one takes two minutes
echo   --          what follows goes to JMH, as in: study bench attention -- -p n=1024
echo   --peers     all comparisons, or those of a NAME; it fetches the libraries first
echo   --list      names the comparisons
echo   --json      writes what was found to a file as well
echo   --growth    all curves, or those of a NAME, with their exponents
echo   --svg       draws them
exit /b 0
