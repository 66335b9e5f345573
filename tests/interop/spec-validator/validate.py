"""Holds the published description, its tolerant form, its form in OpenAPI 3.1 and what the simulator serves of it to the OpenAPI specification.

Takes the address of a simulator.
"""

import json
import sys
from pathlib import Path
from urllib.request import urlopen

from openapi_spec_validator import OpenAPIV30SpecValidator, OpenAPIV31SpecValidator

DIST = Path(__file__).resolve().parents[3] / "spec/dist"
NAMES = ("openapi.json", "openapi.tolerant.json", "openapi-3.1.json")


def main(endpoint):
    documents = {name: json.loads((DIST / name).read_text(encoding="utf-8")) for name in NAMES}
    with urlopen(f"{endpoint}/docs/openapi.json") as answer:
        documents["/docs/openapi.json"] = json.load(answer)
    wrong = [
        f"{name}: {error.message} at /{'/'.join(map(str, error.absolute_path))}"
        for name, document in documents.items()
        for error in validator(document).iter_errors()
    ]
    print("\n".join(wrong) or f"{len(documents)} documents keep to their edition of OpenAPI")
    return 1 if wrong else 0


def validator(document):
    is_newer = document["openapi"].startswith("3.1.")
    return OpenAPIV31SpecValidator(document) if is_newer else OpenAPIV30SpecValidator(document)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
