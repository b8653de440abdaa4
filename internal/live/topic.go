package live

import "strconv"

// The topics that are the same for everybody.
const (
	TopicDashboard = "dashboard"
	TopicIncidents = "incidents"
)

// IncidentTopic names the topic of one incident's room.
func IncidentTopic(number int64) string { return "incident:" + strconv.FormatInt(number, 10) }

// RunTopic names the topic of one run's output.
func RunTopic(id string) string { return "run:" + id }

// PresenceTopic names the doorbell that rings when somebody enters or leaves
// topic, or moves their focus in it.
func PresenceTopic(topic string) string { return "presence:" + topic }
