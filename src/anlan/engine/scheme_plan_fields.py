"""The keys of emergency plans in a scheme's files, for the reader and the JSON Schema alike."""

from anlan.engine.scheme_keys import Field, Section

PLAN_FIELDS: dict[Section, tuple[Field, ...]] = {
    "plan": (
        Field("id", "id", "Permanent name of the plan.", required=True),
        Field("rule", "plan-rule", "The rule of kind plan whose text this is.", required=True),
        Field("scenario", "scenario", "What the plan is for.", required=True),
        Field("where", "condition", "Places it holds for; every place if absent."),
        Field("title", "text", "Title in both languages.", required=True),
        Field("cites", "citation", "Where this comes from.", required=True),
        Field("triggers", "text-list", "What starts the plan.", required=True),
        Field("command", "text", "Who commands, until when.", required=True),
        Field("roles", "plan-roles", "The first ten minutes of each role.", required=True),
        Field("phases", "plan-phases", "Two to four phases after the first ten minutes.", required=True),
        Field("resources", "plan-resources", "Forces and means wanted."),
        Field("public", "name-list", "Templates of public information that suit the scenario."),
        Field("stand-down", "text-list", "What has to be so before the plan ends.", required=True),
        Field("recovery", "text-list", "What is done afterwards.", required=True),
    ),
    "plan-role": (
        Field("role", "card-role", "Who works by this card.", required=True),
        Field("first", "plan-steps", "Five to nine steps in the order they are taken.", required=True),
        Field("never", "never-list", "Two to five things never to do; a guard's card must have them."),
        Field("read-back", "plan-questions", "Exactly five questions; a guard's card must have them."),
    ),
    "plan-step": (
        Field("id", "id", "Permanent name of the step.", required=True),
        Field("do", "text", "One action, as an order.", required=True),
        Field("within", "step-time", "By when after the start; ten minutes at most."),
        Field("call", "call", "Whom to call; the number stands under the step."),
        Field("shows", "shows", "Which of the place's points stand under the step."),
    ),
    "plan-question": (
        Field("ask", "text", "The question.", required=True),
        Field("answers", "answer-list", "Three answers.", required=True),
        Field("right", "answer-number", "Which answer is right, counted from 1.", required=True),
    ),
    "plan-phase": (
        Field("id", "id", "Permanent name of the phase.", required=True),
        Field("title", "text", "Title in both languages.", required=True),
        Field("until", "text", "What ends the phase.", required=True),
        Field("steps", "plan-tasks", "Who does what.", required=True),
    ),
    "plan-task": (
        Field("role", "card-role", "Who does it.", required=True),
        Field("do", "text", "One action, as an order.", required=True),
    ),
    "plan-resource": (
        Field("id", "id", "Permanent name.", required=True),
        Field("title", "text", "What is wanted.", required=True),
        Field("quantity", "whole-number", "How many.", required=True),
    ),
}
