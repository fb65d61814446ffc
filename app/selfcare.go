package app

import (
	"regexp"

	"goniec/configs"
	"goniec/selfcare"
)

// creditConfigs converts the credit queries of the configuration for selfcare, by modem.
func creditConfigs(list []configs.Modem) map[string]selfcare.CreditConfig {
	all := map[string]selfcare.CreditConfig{}
	for _, m := range list {
		c := selfcare.CreditConfig{Code: m.Credit.Code, AlarmBelow: selfcare.Amount(m.Credit.AlarmBelow) * 100, Every: m.Credit.Every}
		if m.Credit.Code == configs.CreditAuto {
			c.Code = selfcare.CodeAuto
		}
		if m.Credit.Pattern != "" {
			// The validation of the configuration has refused invalid expressions.
			c.Pattern, _ = regexp.Compile(m.Credit.Pattern)
		}
		all[m.Name] = c
	}
	return all
}
