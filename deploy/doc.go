// Package deploy owns what an operator takes over into a monitoring of their own — scrape configuration, rules, Alertmanager's routing — and embeds the same files for
// the demo, so that what the demo shows is what is shipped.
package deploy

import "embed"

// Files holds prometheus/ and alertmanager/.
//
//go:embed prometheus/prometheus.yml prometheus/rules alertmanager/alertmanager.yml
var Files embed.FS
