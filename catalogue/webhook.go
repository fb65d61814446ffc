package catalogue

// Webhooks: mistakes in their configuration and what the command line says.
const (
	ConfigWebhookName         Key = "config.webhook_name" // value
	ConfigWebhookTwiceRemedy  Key = "config.webhook_twice.remedy"
	ConfigWebhookEvents       Key = "config.webhook_events"
	ConfigWebhookEventsRemedy Key = "config.webhook_events.remedy"
	ConfigWebhookUser         Key = "config.webhook_user"
	ConfigWebhookUserRemedy   Key = "config.webhook_user.remedy"
	ConfigURL                 Key = "config.url" // value
	ConfigURLRemedy           Key = "config.url.remedy"
	ConfigNetwork             Key = "config.network" // value
	ConfigNetworkRemedy       Key = "config.network.remedy"
	ConfigSecretItself        Key = "config.secret_itself"
	ConfigSecretContent       Key = "config.secret_content"
	ConfigUnsigned            Key = "config.unsigned"
	ConfigWebhookSecretRemedy Key = "config.webhook_secret.remedy"

	CommandWebhook           Key = "command.webhook"
	CommandWebhookList       Key = "command.webhook.list"
	CommandWebhookDeliveries Key = "command.webhook.deliveries"
	CommandWebhookResend     Key = "command.webhook.resend"
	CommandWebhookEnable     Key = "command.webhook.enable"
	CommandWebhookTest       Key = "command.webhook.test"
	CommandWebhookSecret     Key = "command.webhook.secret"
	WebhookSecretMade        Key = "webhook.secret_made"   // path
	WebhookSecretExists      Key = "webhook.secret_exists" // path, path
	FlagDeliveryState        Key = "flag.delivery_state"
	WebhookNone              Key = "webhook.none"
	WebhookUnknown           Key = "webhook.unknown" // names
	WebhookWell              Key = "webhook.well"
	WebhookFailing           Key = "webhook.failing"
	WebhookDisabled          Key = "webhook.disabled"
	WebhookTook              Key = "webhook.took"     // name, status, milliseconds
	WebhookRefused           Key = "webhook.refused"  // name, reason
	WebhookAnswered          Key = "webhook.answered" // HTTP status
	WebhookSlow              Key = "webhook.slow"
	WebhookNoListener        Key = "webhook.no_listener"
	WebhookNoHost            Key = "webhook.no_host"
	WebhookCertificate       Key = "webhook.certificate"
	WebhookForbidden         Key = "webhook.forbidden"
	WebhookBroken            Key = "webhook.broken"  // error of the system, in English
	WebhookResent            Key = "webhook.resent"  // how many
	WebhookEnabled           Key = "webhook.enabled" // name
	HeadWaiting              Key = "head.waiting"
	HeadGivenUp              Key = "head.given_up"
	HeadLastSuccess          Key = "head.last_success"
	HeadLastError            Key = "head.last_error"
	HeadEventType            Key = "head.event_type"
	HeadAttempts             Key = "head.attempts"
	HeadNextAttempt          Key = "head.next_attempt"
)
