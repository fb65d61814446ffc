package catalogue

// Erasing everything about a number.
const (
	CommandForget     Key = "command.forget"
	FlagForceErasure  Key = "flag.force_erasure"
	ErasureUnforced   Key = "erasure.unforced" // number
	FlagSuppressions  Key = "flag.suppressions"
	ErasureWait       Key = "erasure.wait"
	ErasureDone       Key = "erasure.done"  // messages, received, calls, conversations, other
	ErasureFile       Key = "erasure.file"  // KiB
	ErasureKept       Key = "erasure.kept"  // suppressions
	ErasureProof      Key = "erasure.proof" // id, time
	ErasureRemark     Key = "erasure.remark"
	CommandForgotten  Key = "command.forget.list"
	HeadMessages      Key = "head.messages"
	HeadReceived      Key = "head.received"
	HeadCalls         Key = "head.calls"
	HeadConversations Key = "head.conversations"
	HeadBy            Key = "head.by"
)
