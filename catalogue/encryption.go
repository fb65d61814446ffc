package catalogue

// What is said about the encryption of the data and its keys.
const (
	CommandKey        Key = "command.key"
	CommandKeyCreate  Key = "command.key.create"
	CommandKeyRotate  Key = "command.key.rotate"
	CommandKeyStatus  Key = "command.key.status"
	CommandKeySheet   Key = "command.key.sheet"
	CommandKeyRemove  Key = "command.key.remove"
	FlagFromSheet     Key = "flag.from_sheet"
	FlagForcePlain    Key = "flag.force_plain"
	KeyNone           Key = "key.none"
	KeyCreated        Key = "key.created"    // path, id
	KeyTyped          Key = "key.typed"      // path, id
	KeyType           Key = "key.type"       // groups
	KeyRotated        Key = "key.rotated"    // path, id
	KeyRemoved        Key = "key.removed"    // directory, records, path
	KeyExposed        Key = "key.exposed"    // path, path
	KeyEmpty          Key = "key.empty"      // path
	KeyLine           Key = "key.line"       // path, line, reason
	KeyExists         Key = "key.exists"     // path
	KeyForbidden      Key = "key.forbidden"  // path, user
	KeyUnreadable     Key = "key.unreadable" // path, reason
	KeyWanted         Key = "key.wanted"
	KeyWrong          Key = "key.wrong"    // id
	KeyCount          Key = "key.count"    // found, wanted
	KeyMistyped       Key = "key.mistyped" // groups
	KeyMixed          Key = "key.mixed"
	DataAltered       Key = "data.altered"
	KeyStatusFile     Key = "key.status.file" // path, ids
	KeyStatusPlain    Key = "key.status.plain"
	KeyStatusWillBe   Key = "key.status.will_be"
	KeyStatusRotating Key = "key.status.rotating" // id, remaining, records
	KeyStatusRestart  Key = "key.status.restart"  // id
	KeyStatusDone     Key = "key.status.done"     // id
	KeyStatusOld      Key = "key.status.old"      // ids
	KeySheetHead      Key = "key.sheet.head"      // date, id
	KeySheetFoot      Key = "key.sheet.foot"      // path
)
