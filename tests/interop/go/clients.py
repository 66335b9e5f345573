"""Makes the Go client of the description, vets it, talks through it, and replays the kit into it.

    python clients.py SPEC KIT CONTROL REPLAY

SPEC is the directory of the published description, KIT the unpacked kit, CONTROL a simulator with --control and
--engineers manual, REPLAY one that replays the kit. Everything made stays in the working directory, as do
`results.json`, a row for the client, and a text with the exchanges that it takes for what they are not. The client needs
the standard library of Go and nothing else, so no module is fetched.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import openapi_generator_cli

HERE = Path(__file__).resolve().parent
JAR = next(Path(openapi_generator_cli.__file__).parent.glob("*.jar"))
GO = Path(sys.executable).with_name("go.exe" if os.name == "nt" else "go")
GLOBAL = "apiTests=false,modelTests=false,apiDocs=false,modelDocs=false"
OPTIONS = "packageName=tickets,withGoMod=false,hideGenerationTimestamp=true"


def run(*arguments: object, place: Path, quiet: bool = False) -> None:
    words = [str(argument) for argument in arguments]
    here = Path.cwd()
    # What Go builds and keeps stays here, and nothing is fetched.
    own = {"GOPATH": str(here / "path"), "GOCACHE": str(here / "cache"), "GOPROXY": "off", "GOTOOLCHAIN": "local", "GOFLAGS": "-mod=mod"}
    out = subprocess.PIPE if quiet else None
    done = subprocess.run(words, cwd=place, env={**os.environ, **own}, stdout=out, stderr=subprocess.STDOUT if quiet else None)
    if done.returncode != 0:
        sys.stdout.buffer.write(done.stdout or b"")
        raise SystemExit(f"{' '.join(words[:3])} .. is not content")


def main(spec: str, kit: str, control: str, replay: str) -> None:
    document = Path(spec, "openapi.json").resolve()
    made, work = Path("made").resolve(), Path("work").resolve()
    for directory in (made, work):
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir()
    generate = ["java", "-jar", JAR, "generate", "--generator-name", "go", "--input-spec", document]
    options = ["--output", made / "tickets", "--additional-properties", OPTIONS, "--global-property", GLOBAL]
    run(*generate, *options, place=made, quiet=True)
    for source in (HERE / "go.mod", *HERE.glob("*.go")):
        shutil.copy(source, made)
    run(GO, "vet", ".", place=made)
    program = made / "clients"
    run(GO, "build", "-o", program, ".", place=made)
    os.environ["TMPDIR"] = str(work)
    run(program, document, Path(kit).resolve(), control, replay, place=work)
    for name in ("results.json", "exchanges.txt"):
        (work / name).replace(name)
    print(f"named in {Path('exchanges.txt').resolve()}")


if __name__ == "__main__":
    main(*sys.argv[1:])
