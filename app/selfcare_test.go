package app

import (
	"testing"
	"time"

	"goniec/configs"
	"goniec/selfcare"
)

func TestCreditOf(t *testing.T) {
	t.Parallel()
	bare, full := configs.DefaultModem(), configs.DefaultModem()
	bare.Name, full.Name = "sim-a", "sim-b"
	full.Credit = configs.Credit{Code: configs.CreditAuto, Pattern: "konto: ([0-9,]+)", AlarmBelow: 5, Every: time.Hour}
	all := creditConfigs([]configs.Modem{bare, full})
	if got := all["sim-a"]; got.Code != "" || got.Pattern != nil || got.AlarmBelow != 0 {
		t.Errorf("credit of a modem of which nothing is said: %+v", got)
	}
	got := all["sim-b"]
	if got.Code != selfcare.CodeAuto || got.AlarmBelow.String() != "5.00" || got.Every != time.Hour {
		t.Errorf("credit %+v", got)
	}
	if got.Pattern == nil || got.Pattern.String() != full.Credit.Pattern {
		t.Errorf("pattern %v", got.Pattern)
	}
}
