package catalogue

// What the commands say that keep the data and look into it: backup, restore, verify,
// message show.
const (
	CommandBackup  Key = "command.backup"
	CommandVerify  Key = "command.verify"
	CommandRestore Key = "command.restore"
	FlagForce      Key = "flag.force"
	FlagForceData  Key = "flag.force_data"
	FlagResume     Key = "flag.resume"
	RestoreExists  Key = "restore.exists"  // data directory
	RestoreAside   Key = "restore.aside"   // path
	RestoreDone    Key = "restore.done"    // data directory
	RestoreResumes Key = "restore.resumes" // data directory
	BackupDone     Key = "backup.done"     // path, MiB
	BackupExists   Key = "backup.exists"   // path
	BackupFailed   Key = "backup.failed"   // path, error
	CopyProgress   Key = "copy.progress"   // MiB
	VerifyProgress Key = "verify.progress"
	VerifyGood     Key = "verify.good"    // records
	VerifyBad      Key = "verify.bad"     // findings, records
	VerifyDamaged  Key = "verify.damaged" // path, error
	HeadRecord     Key = "head.record"
	HeadFinding    Key = "head.finding"

	CommandMessage      Key = "command.message"
	CommandMessageShow  Key = "command.message.show"
	HistoryHead         Key = "history.head" // number, parts, status
	StepBegunAgain      Key = "step.begun_again"
	StepAnswerAccepted  Key = "step.answer.accepted"  // reference
	StepAnswerUncertain Key = "step.answer.uncertain" // detail
	StepAnswerRefused   Key = "step.answer.refused"   // code, detail
	StepReported        Key = "step.reported"         // status, reference
	StepEnded           Key = "step.ended"            // status, detail
	HeadTime            Key = "head.time"
	HeadSince           Key = "head.since"
	HeadPart            Key = "head.part"
	HeadStep            Key = "head.step"
)
