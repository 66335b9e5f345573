"""Makes the Java client of the description, compiles it, talks through it, and replays the kit into it.

    python clients.py SPEC KIT CONTROL REPLAY

SPEC is the directory of the published description, KIT the unpacked kit, CONTROL a simulator with --control and
--engineers manual, REPLAY one that replays the kit. Everything made stays in the working directory, as do
`results.json` and `exchanges.txt`, the exchanges that it takes for what they are not. The jar of the generator has the libraries that the client needs, and stands in for a package manager;
what it lacks is below `stubs`.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import openapi_generator_cli

HERE = Path(__file__).resolve().parent
JAR = next(Path(openapi_generator_cli.__file__).parent.glob("*.jar"))
GLOBAL = "apiTests=false,modelTests=false,apiDocs=false,modelDocs=false"
OPTIONS = "openApiNullable=false,annotationLibrary=none,documentationProvider=none,hideGenerationTimestamp=true"


def run(*arguments: object, quiet: bool = False) -> None:
    words = [str(argument) for argument in arguments]
    out = subprocess.PIPE if quiet else None
    done = subprocess.run(words, stdout=out, stderr=subprocess.STDOUT if quiet else None)
    if done.returncode != 0:
        sys.stdout.buffer.write(done.stdout or b"")
        raise SystemExit(f"{' '.join(words[:3])} .. is not content")


def main(spec: str, kit: str, control: str, replay: str) -> None:
    document = Path(spec, "openapi.json")
    made, classes = Path("made"), Path("classes")
    for directory in (made, classes, Path("work")):
        shutil.rmtree(directory, ignore_errors=True)
    Path("work").mkdir()
    generate = ["java", "-jar", JAR, "generate", "--generator-name", "java", "--library", "native"]
    options = ["--additional-properties", OPTIONS, "--global-property", GLOBAL]
    run(*generate, "--input-spec", document, "--output", made, *options, quiet=True)
    sources = [*made.glob("src/main/java/**/*.java"), *HERE.glob("stubs/**/*.java"), HERE / "Clients.java"]
    Path("sources.txt").write_text("".join(f'"{path.resolve().as_posix()}"\n' for path in sources), encoding="utf-8")
    # Names of parameters tell which argument is which when the kit is replayed.
    run("javac", "-parameters", "-proc:none", "-nowarn", "-encoding", "UTF-8", "-d", classes, "-cp", JAR, "@sources.txt")
    place = os.pathsep.join((str(classes.resolve()), str(JAR)))
    where = [document.resolve(), Path(kit).resolve(), control, replay]
    os.chdir("work")
    run("java", "-Dfile.encoding=UTF-8", "-Djava.io.tmpdir=.", "-cp", place, "Clients", *where)
    for name in ("results.json", "exchanges.txt"):
        Path(name).replace(f"../{name}")
    print(f"named in {Path('../exchanges.txt').resolve()}")


if __name__ == "__main__":
    main(*sys.argv[1:])
