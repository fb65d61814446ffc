package app

import (
	"regexp"

	"goniec/configs"
	"goniec/selfcare"
)

// creditConfigs turns what the configuration says of the credit of SIMs into what selfcare
// wants.
func creditConfigs(list []configs.Modem) map[string]selfcare.CreditConfig {
	all := map[string]selfcare.CreditConfig{}
	for _, m := range list {
		c := selfcare.CreditConfig{Code: m.Credit.Code, AlarmBelow: selfcare.Amount(m.Credit.AlarmBelow) * 100, Every: m.Credit.Every}
		if m.Credit.Code == configs.CreditAuto {
			c.Code = selfcare.CodeAuto
		}
		if m.Credit.Pattern != "" {
			// One that is no expression has been refused with the configuration.
			c.Pattern, _ = regexp.Compile(m.Credit.Pattern)
		}
		all[m.Name] = c
	}
	return all
}
