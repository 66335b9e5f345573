// Starts the renderer on the description of this simulator, with its token filled in.

const dark = matchMedia("(prefers-color-scheme: dark)");

function follow() {
  document.documentElement.classList.toggle("dark-mode", dark.matches);
}

follow();
dark.addEventListener("change", follow);

const reference = SwaggerUIBundle({
  url: "/docs/openapi.json",
  dom_id: "#reference",
  deepLinking: true,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  displayOperationId: true,
  displayRequestDuration: true,
  showCommonExtensions: true,
  validatorUrl: null,
  onComplete: () => reference.preauthorizeApiKey("AuthToken", "TOKENEXAMPLE"),
});
