// Makes requests by the types that openapi-typescript makes of openapi.json: what the
// gateway does not require, TypeScript does not require.
import type { paths } from "./schema";

type Body<P extends keyof paths> = paths[P] extends {
  post: { requestBody: { content: { "application/json": infer B } } };
}
  ? B
  : never;

// The example of README.md.
export const message: Body<"/v1/messages"> = {
  to: "+48600100200",
  text: "Wizyta jutro o 10:00. Odpisz TAK lub NIE.",
  reference: "visit-17",
};

export const batch: Body<"/v1/messages/batch"> = { messages: [message] };

export const question: Body<"/v1/messages"> = {
  ...message,
  question: { kind: "yes_no", until: "2026-11-27T08:00:00+01:00" },
};

export const preview: Body<"/v1/messages/preview"> = { text: "Zażółć gęślą jaźń" };

export const suppression: Body<"/v1/suppressions"> = { to: "+48600100200" };

// @ts-expect-error: text is required
export const empty: Body<"/v1/messages"> = { to: "+48600100200" };
