package app

import (
	"testing"
	"time"

	"goniec/configs"
	"goniec/gateway"
)

func TestCareOf(t *testing.T) {
	t.Parallel()
	m := configs.DefaultModem()
	if got := careOf(m); got.Credit.Code != "" || got.Credit.Pattern != nil || got.Credit.AlarmBelow != 0 || got.Number != "" {
		t.Errorf("care of a modem of which nothing is said: %+v", got)
	}
	m.Number = "+48600700800"
	m.Credit = configs.Credit{Code: configs.CreditAuto, Pattern: "konto: ([0-9,]+)", AlarmBelow: 5, Every: time.Hour}
	got := careOf(m)
	if got.Number != m.Number || got.Credit.Code != gateway.CodeAuto || got.Credit.AlarmBelow.String() != "5.00" || got.Credit.Every != time.Hour {
		t.Errorf("care %+v", got)
	}
	if got.Credit.Pattern == nil || got.Credit.Pattern.String() != m.Credit.Pattern {
		t.Errorf("pattern %v", got.Credit.Pattern)
	}
}
