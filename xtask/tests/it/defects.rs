//! Each planted defect is refused, with its place and what mends it, and nothing is written.

use crate::house::House;

/// One defect: an edit of the description, a text on the line that must be named, and words of the message.
struct Defect {
    name: &'static str,
    from: &'static str,
    to: &'static str,
    line: &'static str,
    says: &'static [&'static str],
}

const fn defect(
    name: &'static str,
    from: &'static str,
    to: &'static str,
    line: &'static str,
    says: &'static [&'static str],
) -> Defect {
    Defect {
        name,
        from,
        to,
        line,
        says,
    }
}

const DEFECTS: &[Defect] = &[
    defect(
        "$ref to a schema that does not exist",
        "schemas/CreateMessageDoV2\"",
        "schemas/CreateMessageDOV2\"",
        "CreateMessageDOV2",
        &[
            "does not exist",
            "did you mean `#/components/schemas/CreateMessageDoV2`",
        ],
    ),
    defect(
        "$ref to a component of another kind",
        "schemas/CreateMessageDoV2\"",
        "parameters/XSite\"",
        "parameters/XSite\"\n        type",
        &["is needed here"],
    ),
    defect(
        "$ref to another file",
        "\"#/components/headers/XRequestId\"",
        "\"other.yaml#/XRequestId\"",
        "other.yaml",
        &["$ref to another file", "put together by the reader"],
    ),
    defect(
        "$ref with a sibling",
        "          $ref: \"#/components/schemas/CreateMessageDoV2\"",
        "          $ref: \"#/components/schemas/CreateMessageDoV2\"\n          description: Ignored.",
        "description: Ignored.",
        &["beside a $ref", "allOf"],
    ),
    defect(
        "named example of another type",
        "type: 0\n                  message",
        "type: \"0\"\n                  message",
        "type: \"0\"",
        &["example `documented` violates its schema", "type"],
    ),
    defect(
        "parameter example out of range",
        "value: 10",
        "value: 500",
        "value: 500",
        &["example `documented` violates its schema", "maximum"],
    ),
    defect(
        "example with a field that is not described",
        "- content: test",
        "- contents: test",
        "contents: test",
        &["violates its schema", "undocumented"],
    ),
    defect(
        "example without a mandatory field",
        "                  message:\n                    content: test\n",
        "                  message: {}\n",
        "message: {}",
        &["violates its schema", "required"],
    ),
    defect(
        "example and examples",
        "          examples:\n            documented:\n              value: 10",
        "          example: 10\n          examples:\n            documented:\n              value: 10",
        "example: 10",
        &["`example` and `examples` together"],
    ),
    defect(
        "two operations of one name",
        "operationId: listMessages",
        "operationId: createMessages",
        "operationId: createMessages\n      tags: [messages]\n      summary: Lists",
        &["used twice", "createMessages"],
    ),
    defect(
        "operation without a name",
        "      operationId: listMessages\n",
        "",
        "    get:",
        &["no operationId"],
    ),
    defect(
        "path parameter that is not declared",
        "cases/messages:",
        "cases/{message_id}/messages:",
        "    get:",
        &[
            "no path parameter `message_id` is declared",
            "- name: message_id",
        ],
    ),
    defect(
        "template and parameter differ",
        "{case_id}/message:",
        "{caseId}/message:",
        "name: case_id",
        &["does not stand in the template", "`caseId`"],
    ),
    defect(
        "path parameter that is not mandatory",
        "in: path\n          required: true",
        "in: path\n          required: false",
        "name: case_id",
        &["not `required: true`"],
    ),
    defect(
        "nobody says how it is called",
        "      x-sdk:\n        resource: tickets\n        method: submit\n        command: message send\n",
        "",
        "    post:",
        &[
            "`createMessages` does not say how people call it",
            "add `x-sdk`",
        ],
    ),
    defect(
        "a key of a call that does not exist",
        "method: submit\n",
        "metod: submit\n",
        "x-sdk:",
        &["cannot be read", "unknown field `metod`"],
    ),
    defect(
        "one method of one resource twice",
        "resource: tickets\n        method: submit",
        "resource: messages\n        method: list",
        "method: list\n        command: message list",
        &["`list` of `messages` is there twice"],
    ),
    defect(
        "a method that is printed and one of the same name that is written by hand",
        "resource: tickets\n        method: submit\n        command: message send",
        "resource: messages\n        method: list\n        shape: hand\n        command: message send",
        "method: list\n        command: message list",
        &["`list` of `messages` is there twice, first at spec/openapi.yaml:"],
    ),
    defect(
        "a handle that is a verb of clients",
        "resource: tickets",
        "resource: follow",
        "resource: follow",
        &[
            "`follow` cannot be a handle: clients have a method of that name",
            "name the kind of thing",
        ],
    ),
    defect(
        "a handle that is a field of the handles",
        "resource: tickets",
        "resource: client",
        "resource: client",
        &["`client` cannot be a handle"],
    ),
    defect(
        "a handle that is another module",
        "resource: tickets",
        "resource: table",
        "resource: table",
        &["`table` cannot be a handle: `api` has something of that name"],
    ),
    defect(
        "a handle that is another type",
        "resource: messages",
        "resource: pages",
        "resource: pages",
        &["`pages` cannot be a handle"],
    ),
    defect(
        "a method that tickets have by hand",
        "resource: tickets",
        "resource: ticket",
        "method: submit",
        &["tickets have `submit` by hand", "`shape: hand`"],
    ),
    defect(
        "a value that is a method of every call",
        "name: limit",
        "name: timeout",
        "x-sdk:\n        resource: messages",
        &[
            "the value `timeout` would be a method that every call has",
            "`shape: hand`",
        ],
    ),
    defect(
        "two arguments of one name",
        "required: [message, type]\n      properties:\n",
        "required: [message, type, case_id]\n      properties:\n        case_id:\n          type: string\n          description: Again.\n",
        "x-sdk:",
        &[
            "the values `case_id` and `case_id` would be two arguments of the method",
            "`shape: hand`",
        ],
    ),
    defect(
        "one command twice",
        "command: message send",
        "command: message list",
        "command: message list\n        pages",
        &["the command `message list` is there twice"],
    ),
    defect(
        "a command of one word",
        "command: message send",
        "command: send",
        "command: send",
        &["`send` is no command", "noun and a verb"],
    ),
    defect(
        "a method that is a keyword",
        "method: submit",
        "method: move",
        "method: move",
        &["`move` is no name of a method"],
    ),
    defect(
        "an operation of one ticket that names none",
        "resource: messages",
        "resource: ticket",
        "resource: ticket\n        method: list",
        &["no {case_id}"],
    ),
    defect(
        "pages without their list",
        "pages: { by: whole, list: message_list }",
        "pages: { by: whole, list: messages }",
        "list: messages }",
        &["the answer has no list `messages`"],
    ),
    defect(
        "pages of a list that comes whole",
        "pages: { by: whole, list: message_list }",
        "pages: { by: whole, list: message_list, size: limit }",
        "size: limit }",
        &["a list that comes whole has no `size`"],
    ),
    defect(
        "pages that nothing names",
        "pages: { by: whole, list: message_list }",
        "pages: { by: offset, list: message_list, size: limit, at: offset }",
        "at: offset }",
        &["`at` names no number of the query"],
    ),
    defect(
        "a total that is none",
        "pages: { by: whole, list: message_list }",
        "pages: { by: whole, list: message_list, total: message_list }",
        "total: message_list }",
        &["no number `message_list`"],
    ),
    defect(
        "an id that no item has",
        "pages: { by: whole, list: message_list }",
        "pages: { by: whole, list: message_list, id: message_id }",
        "id: message_id }",
        &["no text or number `message_id`"],
    ),
    defect(
        "a column that is not there",
        "columns: [content]",
        "columns: [text]",
        "columns: [text]",
        &["`text` is no field of what is shown", "`content`"],
    ),
    defect(
        "a list in pages that does not say so",
        "        pages: { by: whole, list: message_list }\n        columns: [content]\n      parameters:\n",
        "      parameters:\n        - name: offset\n          in: query\n          description: Items before the page.\n          schema: {type: integer}\n",
        "x-sdk:\n        resource: messages",
        &["`listMessages` has `offset` and `limit`, and no `pages`"],
    ),
    defect(
        "columns that a table would hide, all of them",
        "    Message:\n      type: object\n      properties:\n        content:\n          type: string\n",
        "    Message:\n      type: object\n      properties:\n        content:\n          type: string\n          x-sensitive: true\n",
        "columns: [content]",
        &[
            "every column of the list is sensitive",
            "add a column that is not",
        ],
    ),
    defect(
        "answer without an example",
        "              examples:\n                documented:\n                  value:\n                    count: 1\n                    message_list:\n                      - content: test\n",
        "",
        "\"200\":\n          description: A page.",
        &[
            "`listMessages` shows no example of its answer",
            "`examples:`",
        ],
    ),
    defect(
        "request body of a kind that cannot be printed",
        "          application/json:\n            schema:\n              $ref: \"#/components/schemas/CreateMessageV2Req\"",
        "          application/xml:\n            schema:\n              $ref: \"#/components/schemas/CreateMessageV2Req\"",
        "application/xml:",
        &["`application/xml` is not a content type of this service"],
    ),
    defect(
        "component that nothing uses",
        "    Message:\n",
        "    Unused:\n      type: object\n    Message:\n",
        "    Unused:",
        &["nothing refers to the component `Unused`", "delete it"],
    ),
    defect(
        "required names what is not there",
        "required: [message, type]",
        "required: [message, tpye]",
        "tpye",
        &["names `tpye`", "`message`, `type`"],
    ),
    defect(
        "required on a property",
        "          type: string\n          description: Text of the message.\n          minLength: 0",
        "          type: string\n          required: true\n          description: Text of the message.\n          minLength: 0",
        "          required: true\n          description: Text of the message.",
        &["not as a schema of OpenAPI 3.0.3 has it"],
    ),
    defect(
        "misspelt keyword",
        "maxLength: 2000",
        "maxLenght: 2000",
        "maxLenght",
        &["`maxLenght` is not a key of a schema", "write `maxLength`"],
    ),
    defect(
        "misspelt required",
        "          required: true\n          description: Ids",
        "          requried: true\n          description: Ids",
        "requried",
        &["`requried` is not a key of a parameter", "write `required`"],
    ),
    defect(
        "misspelt parameters",
        "      parameters:\n        - name: case_ids",
        "      paramaters:\n        - name: case_ids",
        "paramaters",
        &["write `parameters`"],
    ),
    defect(
        "documented default out of range",
        "x-documented-default: 0",
        "x-documented-default: 2",
        "x-documented-default: 2",
        &["documented default violates its schema", "maximum"],
    ),
    defect(
        "lower bound above upper one",
        "minimum: 0\n            maximum: 100",
        "minimum: 100\n            maximum: 0",
        "minimum: 100",
        &["above `maximum`"],
    ),
    defect(
        "security scheme that is not declared",
        "  - AuthToken: []",
        "  - AuthTokn: []",
        "security:",
        &["`AuthTokn` is not declared"],
    ),
    defect(
        "security dropped",
        "security:\n  - AuthToken: []\n",
        "",
        "    post:",
        &["needs no credentials"],
    ),
    defect(
        "a second security scheme",
        "  securitySchemes:\n",
        "  securitySchemes:\n    Signed:\n      type: apiKey\n      in: header\n      name: Authorization\n      description: Signed.\n",
        "    AuthToken:",
        &["`AuthToken` is a second security scheme", "sends both"],
    ),
    defect(
        "one of two credentials",
        "  - AuthToken: []\n",
        "  - AuthToken: []\n  - {}\n",
        "security:",
        &["more than one credential for a request"],
    ),
    defect(
        "tag that is not declared",
        "tags: [messages]",
        "tags: [mesages]",
        "tags: [mesages]",
        &["the tag `mesages` is not declared"],
    ),
    defect(
        "no response for success",
        "\"200\":\n          description: A page.",
        "\"404\":\n          description: A page.",
        "      responses:\n        \"404\"",
        &["no response for success"],
    ),
    defect(
        "response without description",
        "          description: A page.\n",
        "",
        "\"200\":\n          content",
        &["no description"],
    ),
    defect(
        "GET with a body",
        "          required: true\n          description: Ids",
        "          required: true\n          description: Ids",
        "    get:",
        &[],
    ),
    defect(
        "parameter twice",
        "        - name: limit\n",
        "        - name: case_ids\n          in: query\n          description: Again.\n          schema: {type: string}\n        - name: limit\n",
        "- name: case_ids\n          in: query\n          description: Again.",
        &["there twice"],
    ),
    defect(
        "list without items",
        "            items:\n              type: string\n",
        "",
        "          schema:\n            type: array",
        &["a list without `items`"],
    ),
    defect(
        "key twice",
        "minLength: 0\n          maxLength: 2000",
        "maxLength: 400\n          maxLength: 2000",
        "maxLength: 2000",
        &["stands twice", "first in line"],
    ),
    defect(
        "status as a number",
        "\"403\":",
        "403:",
        "403:",
        &["not text to YAML", "quote it: '403'"],
    ),
    defect(
        "list of types",
        "type: string\n            minLength: 1",
        "type: [string, \"null\"]\n            minLength: 1",
        "          schema:\n            type: [string",
        &["no type of OpenAPI 3.0"],
    ),
    defect(
        "3.1",
        "openapi: 3.0.3",
        "openapi: 3.1.0",
        "openapi: 3.1.0",
        &["not OpenAPI 3.0.3"],
    ),
    defect(
        "equal paths",
        "  /v2/servicerequest/cases/messages:",
        "  /v2/servicerequest/cases/{id}/message:",
        "  /v2/servicerequest/cases/{id}/message:",
        &["the same path to a router"],
    ),
    defect(
        "path without slash",
        "  /v2/servicerequest/cases/messages:",
        "  v2/servicerequest/cases/messages:",
        "  v2/servicerequest/cases/messages:",
        &["is not a path"],
    ),
    defect(
        "server variable misnamed",
        "{region}.example",
        "{regoin}.example",
        "- url:",
        &["server variable `regoin` is not declared"],
    ),
    defect(
        "unknown place of a parameter",
        "in: query\n          description: Most",
        "in: querry\n          description: Most",
        "- name: limit",
        &["no place for a parameter"],
    ),
    defect(
        "style of a header",
        "      name: X-Site\n      in: header\n",
        "      name: X-Site\n      in: header\n      style: form\n",
        "style: form\n      description: Site",
        &["cannot have `style: form`"],
    ),
    defect(
        "unknown format",
        "format: int64\n          description: How",
        "format: int46\n          description: How",
        "format: int46",
        &["`int46` is no format of integer", "`int64`"],
    ),
    defect(
        "keyword without effect",
        "description: A kind.\n",
        "description: A kind.\n          maxLength: 3\n",
        "maxLength: 3\n",
        &["`maxLength` has no effect on type integer"],
    ),
    defect(
        "content type",
        "application/json:\n              schema:\n                $ref: \"#/components/schemas/WriteResult\"",
        "application-json:\n              schema:\n                $ref: \"#/components/schemas/WriteResult\"",
        "application-json:",
        &["`application-json` is not a content type"],
    ),
    defect(
        "no source",
        "      x-source:\n        - Fixture, table 2\n",
        "",
        "    get:",
        &["names no source"],
    ),
    defect(
        "not said whether idempotent",
        "      x-idempotency: \"no\"\n",
        "",
        "    post:",
        &["does not say whether it is idempotent"],
    ),
    defect(
        "said in another form whether idempotent",
        "x-idempotency: \"no\"",
        "x-idempotency: false",
        "x-idempotency: false",
        &["does not say whether it is idempotent", "{depends-on:"],
    ),
    defect(
        "idempotent or not without a reason",
        "      x-idempotency-reason: Each call adds a message.\n",
        "",
        "    post:",
        &["but not why"],
    ),
    defect(
        "a read that is not idempotent",
        "x-idempotency: safe",
        "x-idempotency: idempotent-in-effect",
        "x-idempotency: idempotent-in-effect",
        &["reads, but"],
    ),
    defect(
        "a PUT that changes nothing",
        "    post:\n      operationId: createMessages\n      tags: [messages]\n      summary: Submits a message.\n      description: Adds a message to the ticket.\n      x-source:\n        - Fixture, table 1\n      x-idempotency: \"no\"",
        "    put:\n      operationId: createMessages\n      tags: [messages]\n      summary: Submits a message.\n      description: Adds a message to the ticket.\n      x-source:\n        - Fixture, table 1\n      x-idempotency: safe",
        "x-idempotency: safe\n      x-idempotency-reason",
        &["is a PUT, but says that it changes nothing"],
    ),
    defect(
        "something made each time, and no word which",
        "    WriteResult:\n      type: object\n      properties:\n",
        "    WriteResult:\n      type: object\n      properties:\n        thing_id:\n          type: string\n          description: Id.\n",
        "    post:",
        &["does not say which field of its answer is the id of it"],
    ),
    defect(
        "something made that no answer names",
        "x-idempotency: \"no\"",
        "x-idempotency: \"no\"\n      x-makes: thing_id",
        "x-makes",
        &["names no text and no integer at the top of its answer"],
    ),
    defect(
        "something made by what may be done twice",
        "x-idempotency: safe",
        "x-idempotency: safe\n      x-makes: content",
        "x-makes",
        &["may be done twice, but says what it makes each time"],
    ),
    defect(
        "idempotency that depends on no parameter",
        "x-idempotency: \"no\"",
        "x-idempotency: {depends-on: action_id}",
        "action_id",
        &["`action_id` is no parameter of `createMessages`"],
    ),
    defect(
        "path value of another kind",
        "type: string\n            minLength: 1",
        "type: boolean\n            x-documented-default: true",
        "name: case_id",
        &["neither a text nor an integer"],
    ),
    defect(
        "two styles of names in one query",
        "name: limit",
        "name: pageSize",
        "parameters:\n        - name: case_ids",
        &["`case_ids` and `pageSize` in one query"],
    ),
    defect(
        "two styles of names in one object",
        "        count:\n          type: integer",
        "        totalCount:\n          type: integer",
        "      properties:\n        totalCount",
        &["`message_list` and `totalCount` in one object"],
    ),
    defect(
        "both styles in one name",
        "name: limit",
        "name: page_Size",
        "page_Size",
        &["is no name of a query parameter"],
    ),
    defect(
        "request body in two forms",
        "      requestBody:\n        required: true\n        content:\n",
        "      requestBody:\n        required: true\n        content:\n          application/octet-stream:\n            schema: {type: string, format: binary}\n",
        "        content:\n          application/octet",
        &["a request body in several forms"],
    ),
    defect(
        "bytes that are not described as bytes",
        "                $ref: \"#/components/schemas/ListMessagesResponse\"",
        "                type: object\n                description: A page.\n            application/octet-stream:\n              schema: {type: string}",
        "schema: {type: string}",
        &["bytes that are not described as bytes", "format: binary"],
    ),
    defect(
        "bytes without the failure in their place",
        "            application/json:\n              schema:\n                $ref: \"#/components/schemas/ListMessagesResponse\"",
        "            application/octet-stream:\n              schema: {type: string, format: binary}\n            application/json:\n              schema:\n                $ref: \"#/components/schemas/ListMessagesResponse\"\n            text/html:\n              schema: {type: string}",
        "content:\n            application/octet",
        &["bytes without the failure that may come in their place"],
    ),
    defect(
        "bytes inside of JSON",
        "        content:\n          type: string\n",
        "        content:\n          type: string\n          format: binary\n",
        "format: binary",
        &["bytes inside of JSON"],
    ),
    defect(
        "form without a file",
        "          application/json:\n            schema:\n              $ref: \"#/components/schemas/CreateMessageV2Req\"",
        "          multipart/form-data:\n            schema:\n              $ref: \"#/components/schemas/CreateMessageV2Req\"",
        "schema:\n              $ref: \"#/components/schemas/CreateMessageV2Req\"",
        &["a form with 0 files"],
    ),
    defect(
        "form that may be missing",
        "        required: true\n        content:\n          application/json:",
        "        content:\n          multipart/form-data:",
        "      requestBody:",
        &["a form that may be missing", "required: true"],
    ),
    defect(
        "form with a rule for the coding of a part",
        "          application/json:\n            schema:\n              $ref: \"#/components/schemas/CreateMessageV2Req\"",
        "          multipart/form-data:\n            encoding: {type: {contentType: text/plain}}\n            schema:\n              $ref: \"#/components/schemas/CreateMessageV2Req\"",
        "encoding:",
        &["`encoding`: the client has one coding for each kind of part"],
    ),
    defect(
        "part of a form with the name of a parameter",
        "          application/json:\n            schema:\n              $ref: \"#/components/schemas/CreateMessageV2Req\"",
        "          multipart/form-data:\n            schema:\n              type: object\n              properties:\n                caseId: {type: string, format: binary, description: A file.}",
        "          multipart/form-data:",
        &["the part `caseId` and the parameter `case_id` are one field to the client"],
    ),
    defect(
        "JSON body that is no object",
        "            schema:\n              $ref: \"#/components/schemas/CreateMessageV2Req\"",
        "            schema: {type: array, items: {type: string}}",
        "            schema: {type: array",
        &["a request body of JSON that is no object"],
    ),
    defect(
        "two answers of success",
        "        \"403\":\n          $ref: \"#/components/responses/Forbidden\"\n  /v2/servicerequest/cases/messages",
        "        \"202\":\n          description: Later.\n        \"403\":\n          $ref: \"#/components/responses/Forbidden\"\n  /v2/servicerequest/cases/messages",
        "        \"202\":",
        &["a second answer of success"],
    ),
    defect(
        "path with a character to encode",
        "/v2/servicerequest/cases/messages:",
        "/v2/servicerequest/cases/my messages:",
        "my messages",
        &["' ' in a path"],
    ),
    defect(
        "answer that is a list",
        "                $ref: \"#/components/schemas/ListMessagesResponse\"\n              examples:\n                documented:\n                  value:\n                    count: 1\n                    message_list:\n                      - content: test\n",
        "                type: array\n                items: { type: string }\n",
        "\"200\":\n          description: A page.",
        &["an answer of success that is no object"],
    ),
    defect(
        "known values where no person is told",
        "      description: Id of the request.\n      schema:\n        type: string\n",
        "      description: Id of the request.\n      schema:\n        type: string\n        x-known-values: [a, b]\n        x-enum-varnames: [First, Second]\n",
        "x-known-values: [a, b]",
        &["`x-known-values` stands where generators show no description"],
    ),
    defect(
        "some of the known values told",
        "description: Kind of the message.",
        "description: Kind of the message, 0 of the customer.",
        "x-known-values",
        &["tells some of the known values and leaves out 1"],
    ),
    defect(
        "schema with a name that generators make",
        "operationId: createMessages",
        "operationId: writeResult",
        "    WriteResult:",
        &["`WriteResult` is the name of something that generators make of `writeResult`"],
    ),
    defect(
        "paging told twice",
        "x-idempotency: safe\n",
        "x-idempotency: safe\n      x-pagination: { by: whole, list: message_list }\n",
        "x-pagination",
        &["`x-sdk` says already how the list comes in pages"],
    ),
    defect(
        "paging in no known form",
        "x-idempotency: \"no\"\n",
        "x-idempotency: \"no\"\n      x-pagination: { by: cursor, list: messages }\n",
        "x-pagination",
        &["`x-pagination` cannot be read", "keys of `pages`"],
    ),
    defect(
        "paging by what is not there",
        "x-idempotency: \"no\"\n",
        "x-idempotency: \"no\"\n      x-pagination: { by: offset, at: offset, size: limit, list: messages }\n",
        "x-pagination",
        &["`messages` is no field of the answer of `createMessages`"],
    ),
    defect(
        "names of values that clash",
        "[Customer, Support]",
        "[Customer, CUSTOMER]",
        "x-enum-varnames",
        &["`CUSTOMER` and `Customer` are one name"],
    ),
    defect(
        "name of a value that is none",
        "[Customer, Support]",
        "[Customer, third-party]",
        "x-enum-varnames",
        &["`third-party` is no name of a value"],
    ),
    defect(
        "known value twice",
        "x-known-values: [0, 1]",
        "x-known-values: [1, 1]",
        "x-known-values",
        &["`1` is there twice"],
    ),
    defect(
        "direction mark in a description",
        "description: A kind.",
        "description: \"A\\u202E kind.\"",
        "description: \"A",
        &["`description` holds U+202E"],
    ),
    defect(
        "mark without width in a summary",
        "summary: Lists messages.",
        "summary: \"Lists\\u200B messages.\"",
        "summary: \"Lists",
        &["`summary` holds U+200B"],
    ),
    defect(
        "code in a description",
        "description: A kind.",
        "description: \"A kind.\\n    let x = 1;\"",
        "description: \"A kind",
        &["would be code, which is compiled"],
    ),
    defect(
        "version that no header can hold",
        "version: 0.1.0",
        "version: \"0.1 β\"",
        "version: \"0.1 β\"",
        &["not visible ASCII"],
    ),
];

#[test]
fn the_fixture_itself_is_sound() {
    let house = House::new();
    for command in [
        &["spec", "lint"][..],
        &["spec", "examples"],
        &["codegen"],
        &["codegen", "--check"],
    ] {
        let run = house.xtask(command);
        assert!(run.passed, "{command:?}: {}", run.said);
    }
}

#[test]
fn each_defect_is_refused_with_place_and_remedy() {
    let mut missed = Vec::new();
    for defect in DEFECTS.iter().filter(|defect| !defect.says.is_empty()) {
        let house = House::new();
        house.edit("spec/openapi.yaml", defect.from, defect.to);
        let before = house.files();
        let run = house.xtask(&["codegen"]);
        let place = match defect.line {
            "" => "at: spec/openapi.yaml:".to_owned(),
            text => format!(
                "at: spec/openapi.yaml:{} ",
                house.line("spec/openapi.yaml", text)
            ),
        };
        // A remedy in the same block as the words and the place.
        let told = run.said.split("\n\n").any(|block| {
            defect.says.iter().all(|words| block.contains(words))
                && format!("{block} ").replace('\n', " ").contains(&place)
                && block.contains(" mend: ")
        });
        if run.passed || !told {
            missed.push(format!(
                "{}: wanted {:?} {place}\n{}",
                defect.name, defect.says, run.said
            ));
        }
        assert_eq!(
            before,
            house.files(),
            "{}: something was written",
            defect.name
        );
    }
    assert!(missed.is_empty(), "{}", missed.join("\n----\n"));
}

/// Two edits of the description, the line that must be named, and words of the message; no words: nothing is refused.
struct Pair(
    [(&'static str, &'static str); 2],
    &'static str,
    &'static [&'static str],
);

const MAKES: (&str, &str) = (
    "      x-idempotency: \"no\"\n",
    "      x-idempotency: idempotent\n",
);
const SECRET: (&str, &str) = (
    "    Message:\n      type: object\n      properties:\n        content:\n          type: string\n",
    "    Message:\n      type: object\n      properties:\n        content:\n          type: string\n          x-sensitive: true\n",
);

/// Each half is right; together they are not.
const PAIRS: &[Pair] = &[
    Pair(
        [
            MAKES,
            (
                "                $ref: \"#/components/schemas/WriteResult\"\n",
                "                type: object\n                properties:\n                  thing_id: {type: string, description: Id.}\n              example: {thing_id: a}\n",
            ),
        ],
        "x-idempotency: idempotent",
        &[
            "`createMessages` answers `thing_id`, which its request does not name",
            "`x-makes: thing_id`",
        ],
    ),
    Pair(
        [
            MAKES,
            (
                "                $ref: \"#/components/schemas/WriteResult\"\n",
                "                type: object\n                properties:\n                  case_id: {type: string, description: Id.}\n              example: {case_id: a}\n",
            ),
        ],
        "x-idempotency: idempotent",
        &[],
    ),
    Pair(
        [SECRET, ("        columns: [content]\n", "")],
        "x-sdk:\n        resource: messages",
        &["a list with something sensitive has no `columns`"],
    ),
    Pair(
        [SECRET, ("columns: [content]", "columns: [content, type]")],
        "columns: [content, type]",
        &[],
    ),
];

#[test]
fn what_does_not_go_together_is_refused() {
    let file = "spec/openapi.yaml";
    for Pair(edits, line, says) in PAIRS {
        let house = House::new();
        for (from, to) in edits {
            house.edit(file, from, to);
        }
        let place = format!("at: {file}:{} ", house.line(file, line));
        let run = house.xtask(&["spec", "lint"]);
        let words = ["answers `", "sensitive"];
        let told = run.said.split("\n\n").any(|block| {
            says.iter().all(|words| block.contains(words))
                && format!("{block} ").replace('\n', " ").contains(&place)
                && block.contains(" mend: ")
        });
        match says.is_empty() {
            true => assert!(
                !words.iter().any(|words| run.said.contains(words)),
                "{line}: {}",
                run.said
            ),
            false => assert!(!run.passed && told, "{says:?} {place}: {}", run.said),
        }
    }
}

#[test]
fn a_body_of_a_read_is_refused() {
    let house = House::new();
    house.edit(
        "spec/openapi.yaml",
        "      responses:\n        \"200\":\n          description: A page.",
        "      requestBody:\n        content:\n          application/json:\n            schema: {type: object}\n      responses:\n        \"200\":\n          description: A page.",
    );
    let run = house.xtask(&["spec", "lint"]);
    assert!(
        !run.passed && run.said.contains("GET with a request body"),
        "{}",
        run.said
    );
}

#[test]
fn a_body_of_a_delete_must_be_there() {
    let house = House::new();
    house.edit("spec/openapi.yaml", "    post:\n", "    delete:\n");
    let run = house.xtask(&["spec", "lint"]);
    assert!(run.passed, "{}", run.said);
    let file = "spec/openapi.yaml";
    let body = "      requestBody:\n        required: true\n";
    house.edit(file, body, "      requestBody:\n");
    let run = house.xtask(&["spec", "lint"]);
    let says = "DELETE with a request body that may be missing";
    assert!(!run.passed && run.said.contains(says), "{}", run.said);
    assert!(run.said.contains("write `required: true`"), "{}", run.said);
}

#[test]
fn all_problems_of_a_run_are_reported_together() {
    let house = House::new();
    for (from, to) in [
        ("maxLength: 2000", "maxLenght: 2000"),
        ("tags: [messages]", "tags: [mesages]"),
        ("[message, type]", "[message, tpye]"),
    ] {
        house.edit("spec/openapi.yaml", from, to);
    }
    let run = house.xtask(&["spec", "lint"]);
    for word in ["maxLenght", "mesages", "tpye", "4 problems"] {
        assert!(run.said.contains(word), "{word} in {}", run.said);
    }
}

#[test]
fn defects_beside_the_description_are_refused() {
    for (path, from, to, says) in [
        (
            "spec/errors.yaml",
            "category: validation",
            "category: validaton",
            "unknown variant `validaton`",
        ),
        (
            "spec/errors.yaml",
            "http_status: 403",
            "http_staus: 403",
            "unknown field `http_staus`",
        ),
        (
            "spec/errors.yaml",
            "code: APIGW.0301\n    http_status: 403",
            "code: OSM.0001\n    http_status: 200",
            "stands twice",
        ),
        (
            "spec/errors.yaml",
            "source: \"Fixture\"",
            "source: \"Fixture\"\n    operations: [nothing]",
            "which is no operation",
        ),
        (
            "spec/errors.yaml",
            "source: \"Fixture\"",
            "source: \"Fixture\"\n    operations_inferred: true",
            "OSM.0001 infers its operations, and has none",
        ),
        (
            "spec/errors.yaml",
            "source: \"Fixture\"",
            "source: \"Fixture\"\n    unreachable: \"\"",
            "OSM.0001 is unreachable, but not why",
        ),
        (
            "spec/errors.yaml",
            "source: \"Fixture\"",
            "source: \"Fixture\"\n    unreachable: \"For\\u202E ever.\"",
            "holds U+202E",
        ),
        (
            "spec/errors.yaml",
            "source: \"Fixture\"",
            "source: \"Fix\\u202Eture\"",
            "holds U+202E",
        ),
        (
            "spec/discrepancies.md",
            "## D-01",
            "## D-02",
            "D-01 is not in spec/discrepancies.md",
        ),
        (
            "spec/discrepancies.md",
            "- Sources:",
            "- Sauces:",
            "D-01 has no `- Sources:`",
        ),
        (
            "spec/discrepancies.md",
            "three.\n",
            "three.\n\n## D-02 More\n\n- Where: a\n- Sources: b\n- What we do: c\n",
            "nothing in the description names D-02",
        ),
    ] {
        let house = House::new();
        house.edit(path, from, to);
        let run = house.xtask(&["spec", "lint"]);
        assert!(
            !run.passed && run.said.contains(says) && run.said.contains(" mend: "),
            "{says}: {}",
            run.said
        );
    }
}

/// What looks as dangerous and is made rightly: text that the generated client must have, and must not.
#[test]
fn what_is_no_defect_is_generated_rightly() {
    for (what, edits, file, wanted) in [
        (
            "a field of a request named like a keyword",
            &[("accessory_ids:", "type_of:"), ("type_of:", "match:")][..],
            "generated/messages.rs",
            &["rename = \"match\"", "pub match_: "][..],
        ),
        (
            "a number in the path",
            &[(
                "description: Id of the ticket.\n          schema:\n            type: string\n            minLength: 1\n            maxLength: 64",
                "description: Id of the ticket.\n          schema:\n            type: integer\n            minimum: 1",
            )],
            "generated/messages.rs",
            &[
                "pub case_id: i64",
                "parts.segment(\"case_id\", &self.case_id)",
            ],
        ),
        (
            "parameters called like a keyword and like the variable of the printed code",
            &[
                ("{case_id}", "{match}"),
                ("name: case_id\n", "name: match\n"),
                ("name: limit\n", "name: parts\n"),
            ],
            "generated/messages.rs",
            &[
                "parts.segment(\"match\", &self.match_)",
                "parts.query(\"parts\", &self.parts)",
            ],
        ),
        (
            "a body that may be left out",
            &[(
                "requestBody:\n        required: true",
                "requestBody:\n        required: false",
            )],
            "generated/messages.rs",
            &[
                "pub body: ::std::option::Option<CreateMessageV2Req>",
                "if let Some(body) = &self.body { parts.json(body); }",
            ],
        ),
        (
            "a list that may be left out, and one that must not be empty",
            &[
                (
                    "          schema:\n            type: integer\n            format: int32\n            minimum: 0\n            maximum: 100\n          examples:\n            documented:\n              value: 10\n",
                    "          style: form\n          explode: true\n          schema:\n            type: array\n            maxItems: 2\n            items:\n              type: integer\n",
                ),
                ("          x-documented-default: 10\n", ""),
            ],
            "generated/messages.rs",
            &[
                "pub limit: ::std::option::Option<::std::vec::Vec<i64>>",
                "parts.list(\"case_ids\", &self.case_ids)",
                "parts.query(\"limit\", &self.limit)",
            ],
        ),
        (
            "one name in the path and in the body",
            &[
                (
                    "        accessory_ids:\n          type: array\n          description: Ids of attachments.\n          maxItems: 10\n          items:\n            type: string\n            maxLength: 32\n",
                    "",
                ),
                (
                    "        message:\n          $ref",
                    "        case_id:\n          type: string\n          description: Again.\n          maxLength: 3\n        message:\n          $ref",
                ),
            ],
            "generated/limits.rs",
            &[
                "pub const CREATE_MESSAGES_CASE_ID: Limit",
                "pub const CREATE_MESSAGES_CASE_ID_IN_BODY: Limit",
            ],
        ),
        (
            "a field called example, beside one that is a reference",
            &[(
                "        message:\n          $ref",
                "        example:\n          type: string\n          description: One.\n        message:\n          $ref",
            )],
            "generated/messages.rs",
            &["pub example: "],
        ),
        (
            "a number with a fraction",
            &[
                (
                    "description: A kind.\n          minimum: 0",
                    "description: A kind.\n          minimum: 0",
                ),
                (
                    "          type: integer\n          format: int32\n          description: A kind.\n          minimum: 0\n          maximum: 1",
                    "          type: number\n          format: float\n          description: A kind.",
                ),
            ],
            "generated/messages.rs",
            &["f64"],
        ),
    ] {
        let house = House::new();
        for (from, to) in edits {
            house.edit("spec/openapi.yaml", from, to);
        }
        let run = house.xtask(&["codegen"]);
        assert!(run.passed, "{what}: {}", run.said);
        let text = house.read(&format!("crates/hwc-tickets-wire/src/{file}"));
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        for part in wanted {
            assert!(text.contains(part), "{what}: no {part:?} in {text}");
        }
    }
}
