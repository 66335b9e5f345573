// The client of @hey-api/openapi-ts that holds each answer against the description, with zod.

export default {
  plugins: ["@hey-api/typescript", "@hey-api/client-fetch", "zod", { name: "@hey-api/sdk", validator: { response: "zod" } }],
};
