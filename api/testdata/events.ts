// Reads events by the types that openapi-typescript makes of openapi.json.
import type { components, webhooks } from "./schema";

type Event = components["schemas"]["Event"];

export function read(e: Event): string {
  switch (e.type) {
    case "question.answered":
      return `${e.data.id} ${e.data.value} ${(e.data.late_minutes ?? 0).toFixed()}`;
    case "message.failed":
      return `${e.data.id} ${e.data.error_code ?? ""}`;
    case "modem.state":
      return `${e.data.modem} ${e.data.state}`;
    default:
      return e.type;
  }
}

type Posted = webhooks["message.sent"]["post"]["requestBody"]["content"]["application/json"];

const posted: Posted = { id: "box-1_x", type: "message.sent", at: "2026-11-25T13:00:00Z", data: { id: "m", status: "sent", parts: 1 } };
read(posted);

// @ts-expect-error: there is no such type of event
export const misspelt: Event["type"] = "mesage.sent";
