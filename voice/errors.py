"""Every error this package raises on purpose, split by who must act.

    VoiceError
    ├── CallerFault         the far end broke the rules: its call ends, the server goes on
    │   ├── BadAudio        sound that cannot be sound (odd bytes, impossible rate, a huge message)
    │   └── BadMessage      a control message that cannot be understood
    ├── LineBusy            every place is taken: the caller may try again
    ├── EngineFailed        a recogniser or a synthesiser died: this reply is lost, the call goes on
    ├── RecordingFailed     sound or words could not be written: the record is marked incomplete
    ├── RecordDamaged       what was kept is not what was written: it is shown as damaged, all else goes on
    │   └── KeyDestroyed    what was kept has been destroyed, as it had to be
    └── SetupError          the owner of the machine must act: the text says what to do
        ├── ModelMissing
        ├── ModelCorrupt
        ├── VoiceMissing
        └── PromptError     a file under prompts/ is wrong: names file, line and reason

Texts of CallerFault and LineBusy reach a caller through templates, by `code`, never built from the English text.
"""


class VoiceError(Exception):
    """Root of every error this package raises on purpose."""

    code = "error"
    retry = False  # may the same call succeed later, unchanged?


class CallerFault(VoiceError):
    """The far end's fault: end this call, keep the server."""

    code = "bad_caller"


class BadAudio(CallerFault):
    code = "bad_audio"


class BadMessage(CallerFault):
    code = "bad_message"


class LineBusy(VoiceError):
    code = "busy"
    retry = True


class EngineFailed(VoiceError):
    code = "engine"
    retry = True


class RecordingFailed(VoiceError):
    code = "recording"


class RecordDamaged(VoiceError):
    code = "damaged"


class KeyDestroyed(RecordDamaged):
    code = "destroyed"


class SetupError(VoiceError):
    code = "setup"


class ModelMissing(SetupError): ...


class ModelCorrupt(SetupError): ...


class VoiceMissing(SetupError): ...


class PromptError(SetupError):
    """A data file of prompts/ cannot be used."""

    def __init__(self, file: str, line: int, reason: str) -> None:
        super().__init__(f"{file}:{line}: {reason}")
        self.file, self.line, self.reason = file, line, reason
