import type { NodeType, Schema } from "../api/shapes";
import { t } from "../texts";

const choices = (...names: string[]): Schema => ({
  enum: names,
  choiceTitles: Object.fromEntries(names.map((name) => [name, t(`choice_${name}`)])),
});

/** `data.settings` of a node as a schema, so that the same form shows it; what the type says itself is the default. */
export function engineSchema(type: NodeType | undefined): Schema {
  const retry = type?.defaults.retry;
  const field = (name: string, schema: Schema): Schema => ({
    title: t(`set_${name}`),
    description: t(`about_${name}`),
    ...schema,
  });
  return {
    type: "object",
    properties: {
      onError: field("onError", { ...choices("fail", "continue", "error_port"), default: "fail" }),
      retry: {
        type: "object",
        title: t("set_retry"),
        properties: {
          attempts: field("attempts", { type: "integer", minimum: 1, maximum: 100, default: retry?.attempts }),
          backoff: field("backoff", { ...choices("fixed", "exponential"), default: retry?.backoff }),
          delaySeconds: field("delaySeconds", { type: "number", minimum: 0, default: retry?.delaySeconds }),
        },
      },
      timeoutSeconds: field("timeoutSeconds", { type: "number", minimum: 0, default: type?.defaults.timeoutSeconds }),
      join: field("join", { ...choices("all_resolved", "any", "all_live"), default: "all_resolved" }),
      store: field("store", choices("raw", "processed", "none")),
      disabled: field("disabled", { type: "boolean", default: false }),
    },
  };
}
