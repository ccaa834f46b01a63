"""What is done at a visit: examination, tests and their results, imaging, procedures, medicines, beds, supplies."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from random import Random
from zlib import crc32

from soyte.demo.province import content, names
from soyte.demo.province.bills import Line
from soyte.demo.province.content import Care, Medicine, Service, Test
from soyte.demo.province.draws import poisson, stream
from soyte.demo.province.frame import Facility
from soyte.demo.province.odds import HIV, PHYSICAL
from soyte.demo.province.people import Person
from soyte.demo.province.plans import Plan

CHILD = 6  # below it medicines in sachets are preferred
DENGUE = "A97"
ONCE = {"suture", "delivery", "caesarean", "appendectomy", "filling", "pulp_milk", "pleural_tap", "suture_removal"}
ONLY_INPATIENT = {"delivery", "caesarean", "appendectomy", "dialysis"}
AT_STATION = {"suture", "dressing", "nebuliser"}
SYMPTOMATIC = ("DEMO.001", "DEMO.090", "DEMO.101", "DEMO.087", "DEMO.099", "DEMO.036")
SYMPTOMATIC_CHILD = ("DEMO.002", "DEMO.040", "DEMO.042", "DEMO.041")
INFUSION, INJECTED = "DEMO.094", ("2.10", "2.15")
SELF_INJECTED = "2.11"
USAGE = {
    "1.01": "Uống sau ăn",
    "2.10": "Tiêm tĩnh mạch chậm",
    "2.11": "Tiêm dưới da",
    "2.15": "Truyền tĩnh mạch",
    "3.05": "Bôi ngoài da",
    "4.01": "Đặt âm đạo trước khi ngủ",
    "5.08": "Khí dung",
    "6.01": "Nhỏ mắt",
}
PRIVATE_MARKUP = 140  # percent
PHRASES = {
    "xray_chest": ("Hai phế trường sáng, bóng tim không to.", "Không thấy bất thường"),
    "xray_spine": ("Gai xương bờ thân sống L3-L5, khe liên đốt hẹp nhẹ.", "Thoái hoá cột sống thắt lưng"),
    "us_abdomen": (
        "Gan không to, nhu mô đồng nhất; túi mật không sỏi; hai thận không ứ nước.",
        "Chưa ghi nhận bất thường",
    ),
    "us_thyroid": ("Hai thuỳ tuyến giáp to nhẹ, vài nang keo.", "Bướu giáp keo hai thuỳ"),
    "us_pregnancy": ("Một thai sống trong tử cung, tim thai 145 lần/phút, nước ối bình thường.", "Một thai sống"),
    "us_heart": ("Chức năng tâm thu thất trái bảo tồn, hở van hai lá nhẹ.", "Hở van hai lá 1/4"),
    "ct_head": ("Không thấy xuất huyết nội sọ, hệ thống não thất không giãn.", "Chưa thấy tổn thương cấp"),
    "ecg": ("Nhịp xoang đều, trục trung gian.", "Điện tim trong giới hạn bình thường"),
    "endoscopy": ("Niêm mạc hang vị sung huyết.", "Viêm sung huyết hang vị"),
    "endoscopy_hp": ("Niêm mạc hang vị phù nề, có vết trợt nông. Test HP thực hiện.", "Viêm trợt hang vị"),
    "spirometry": ("FEV1/FVC giảm, hồi phục một phần sau giãn phế quản.", "Rối loạn thông khí tắc nghẽn"),
}


@dataclass(slots=True)
class Reading:
    """One result: an index with a value, or a described image."""

    service: Service
    at: datetime
    doctor: str
    name: str
    code: str = ""
    value: str = ""
    unit: str = ""
    description: str = ""
    conclusion: str = ""


@dataclass(slots=True)
class Orders:
    lines: list[Line] = field(default_factory=list)
    readings: list[Reading] = field(default_factory=list)
    medicine_days: int = 0


@cache
def doctor(facility: str, department: str, number: int) -> tuple[str, str]:
    """Licence number and name of one of a department's people."""
    rng = stream("staff", facility, department, number)
    sex = rng.choice("12")
    name = (
        names.draw_family(rng, ethnic=names.MAJORITY, sex=sex)
        + " "
        + names.draw_personal(rng, ethnic=names.MAJORITY, sex=sex, year=rng.randrange(1970, 1998))
    )
    licence = (int(facility) * 97 + int(department[1:3]) * 13 + number) % 1_000_000
    return f"{licence:06d}/BP-CCHN", name


def exam_of(facility: Facility) -> Service:
    short = {"II": "exam_2", "III": "exam_3"}.get(facility.grade, "exam_4")
    return content.services()["exam_4" if facility.station else short]


def _bed_of(facility: Facility, care: Care) -> Service:
    if facility.station:
        return content.services()["bed_station"]
    if care.department in {"K19", "K20", "K24", "K27"}:
        return content.services()["bed_2_surgical"]
    if care.department in {"K02", "K49"}:
        return content.services()["bed_icu"]
    return content.services()["bed_2_medical_b" if facility.grade == "II" else "bed_3_medical"]


def _medicine_price(medicine: Medicine, facility: Facility, year: int) -> int:
    """Tenders differ by facility and year; thousandths of a đồng."""
    percent = 94 + (int(facility.code) * 31 + medicine.number * 17 + year * 7) % 13
    odd = 999 if (medicine.number + int(facility.code)) % 4 == 0 else 0
    return medicine.price * percent // 100 * 1000 + odd


def written_number(value: float, decimals: int) -> str:
    return f"{value:.{decimals}f}" if decimals else str(round(value))


class Clinic:
    """Orders of one visit."""

    def __init__(self, plan: Plan, rng: Random) -> None:
        self.plan, self.rng = plan, rng
        self.care = content.care()[plan.icd10[:3]]
        self.facility = plan.facility
        self.department = "K01" if plan.facility.station or not plan.inpatient else self.care.department
        if plan.kind == "05" and not plan.facility.station:
            self.department = self.care.department
        self.doctor = doctor(plan.facility.code, self.department, rng.randrange(4))
        self.orders = Orders()
        self.age = max(0, plan.person.age(plan.start.date()))

    def run(self) -> Orders:
        (self._inpatient if self.plan.inpatient else self._outpatient)()
        return self.orders

    def _at(self, minutes: float) -> datetime:
        """So many minutes after arrival, but before leaving."""
        plan = self.plan
        return min(plan.start + timedelta(minutes=round(minutes)), plan.end - timedelta(minutes=3))

    def _service(
        self,
        service: Service,
        at: datetime,
        *,
        quantity: int = 1000,
        minutes: int = 25,
        rate: int = 100,
        bed: str = "",
        until: datetime | None = None,
    ) -> Line:
        plan, private = self.plan, self.facility.ownership == "private"
        done = min(at + timedelta(minutes=minutes), plan.end)
        result = until or min(done + timedelta(minutes=minutes), plan.end)
        measured = service.group in {"1", "2", "3", "8", "18"}
        line = Line(
            service,
            quantity,
            service.price * (PRIVATE_MARKUP if private else 100) * 10,
            service.price * 1000,
            self.department,
            self.doctor[0],
            at,
            done,
            result,
            bed=bed,
            service_rate=rate,
            performer=doctor(self.facility.code, "K47" if measured else self.department, self.rng.randrange(3))[0]
            if measured
            else "",
        )
        self.orders.lines.append(line)
        return line

    def _exam(self) -> None:
        self._service(exam_of(self.facility), self._at(2), minutes=4)

    def _test(self, short: str, at: datetime) -> None:
        service = content.services()[short]
        line = self._service(service, at)
        reader = doctor(self.facility.code, "K47", 9)[0]
        for test in content.tests_of(short):
            self.orders.readings.append(
                Reading(
                    service, line.result_at, reader, test.name, code=test.loinc, value=self._value(test), unit=test.unit
                )
            )

    def _value(self, test: Test) -> str:
        """Near the person's own level inside the range, unless the disease moves it."""
        plan, rng = self.plan, self.rng
        own = _own_level(plan.person, test.loinc)
        index = plan.person.sex == "2"
        low, high = test.low[index], test.high[index] or max(test.low[index] * 1.5, 0.1)
        share = 0.55 * own + 0.45 * rng.random()
        moved = content.effects().get((plan.icd10[:3], test.loinc))
        if moved and (own if plan.regular else rng.random()) < moved[0]:
            low, high = moved[1], moved[2]
            if test.words[1]:
                return test.words[1]
        elif test.words[0]:
            return test.words[0]
        elif rng.random() < 0.06:
            share = share * 1.5 - 0.25
        return written_number(max(0.0, low + (high - low) * share), test.decimals)

    def _image(self, short: str, at: datetime) -> None:
        line = self._service(content.services()[short], at, minutes=30)
        description, conclusion = PHRASES[short]
        self.orders.readings.append(
            Reading(
                content.services()[short],
                line.result_at,
                doctor(self.facility.code, "K39", 9)[0],
                content.services()[short].name,
                description=description,
                conclusion=conclusion,
            )
        )

    def _outpatient(self) -> None:
        plan, rng, care = self.plan, self.rng, self.care
        if plan.kind != "07":
            self._exam()
        if not self.facility.station and plan.kind != "07":
            wanted = 0.42 if plan.regular else 0.68
            if care.icd3 == DENGUE or (care.tests and rng.random() < wanted):
                for short in care.tests:
                    self._test(short, self._at(12))
            if care.imaging and rng.random() < (0.2 if plan.regular else 0.5):
                self._image(rng.choice(care.imaging), self._at(15))
        sessions = (plan.end.date() - plan.start.date()).days + 1 if plan.kind == "02" else 1
        for short in care.procedures:
            possible = short not in ONLY_INPATIENT and (not self.facility.station or short in AT_STATION)
            if possible and (short in ONCE or plan.kind == "02" or rng.random() < 0.3):
                for session in range(1 if short in ONCE else sessions):
                    self._service(content.services()[short], self._at(25 + session * 1440))
        if plan.regular or rng.random() < content.shares("outpatient with drugs")["share"]:
            self._prescribe()

    def _choice(self) -> list[Medicine]:
        """The medicines of the visit: those for its diseases, then symptomatic ones."""
        plan, rng = self.plan, self.rng
        found: list[Medicine] = []
        for icd10 in (plan.icd10, *plan.others):
            fit = [m for m in content.medicines_for(icd10[:3]) if plan.inpatient or m.route not in INJECTED]
            if self.age < CHILD:
                fit = [m for m in fit if m.unit != "Viên"] or fit
            most = 2 if icd10 != plan.icd10 else 3
            found.extend(rng.sample(fit, min(len(fit), most)))
        extra = [content.medicine(code) for code in (SYMPTOMATIC_CHILD if self.age < CHILD else SYMPTOMATIC)]
        wanted = 1 + poisson(rng, 2.3) if not plan.regular else len(found)
        rng.shuffle(extra)
        return list(dict.fromkeys([*found, *extra[: max(0, wanted - len(found))]]))[:8]

    def _prescribe(self) -> None:
        days = min(self.care.interval_days, 30) if self.plan.regular else self.rng.choice((5, 5, 5, 7, 7, 10))
        self.orders.medicine_days = days
        for medicine in self._choice():
            self._give(medicine, self._at(30), days=days)

    def _give(self, medicine: Medicine, at: datetime, *, days: int) -> None:
        rng, unit = self.rng, medicine.unit.lower()
        if medicine.oral:
            times = 1 if self.plan.regular else rng.choice((1, 2, 2, 3))
            quantity = times * days
            dose = f"1 {unit}/lần * {times} lần/ngày * {days} ngày [{times} {unit}/ngày]"
        else:
            quantity = 2 if medicine.route == SELF_INJECTED and days > 20 else 1
            dose = f"{quantity} {unit} dùng trong {days} ngày"
        self._medicine(medicine, at, quantity=quantity, dose=dose)

    def _medicine(self, medicine: Medicine, at: datetime, *, quantity: int, dose: str) -> None:
        price = _medicine_price(medicine, self.facility, at.year)
        self.orders.lines.append(
            Line(
                medicine,
                quantity * 1000,
                price,
                price,
                self.department,
                self.doctor[0],
                at,
                min(at + timedelta(minutes=10), self.plan.end),
                self.plan.end,
                dose=dose,
                usage=USAGE[medicine.route],
                fund_rate=medicine.fund_rate,
            )
        )

    def _inpatient(self) -> None:
        plan, rng, care = self.plan, self.rng, self.care
        nights = (plan.end.date() - plan.start.date()).days
        self._exam()
        if plan.kind != "09":
            self._bed(max(1, nights))
        for short in care.tests if not self.facility.station else ():
            self._test(short, self._at(20))
        for day in range(2, nights, 1 if care.icd3 == DENGUE else 3):
            if care.tests and not self.facility.station:
                self._test(care.tests[0], self._morning(day))
        for short in care.imaging if not self.facility.station else ():
            if rng.random() < 0.75:
                self._image(short, self._at(40))
        for short in care.procedures:
            repeats = 1 if short in ONCE else 1 + nights // 3 if short == "dialysis" else max(1, nights)
            if short in ONCE or not self.facility.station or short in AT_STATION:
                for day in range(repeats):
                    self._service(content.services()[short], self._morning(day, 9) if day else self._at(90), minutes=40)
        self._medicines_by_day(max(1, nights))
        self._supplies(max(1, nights))

    def _bed(self, nights: int) -> None:
        plan, rng = self.plan, self.rng
        rate = 50 if self.facility.kind == "district_health_centre" and rng.random() < 0.05 else 100
        self._service(
            _bed_of(self.facility, self.care),
            self._at(10),
            quantity=nights * 1000,
            rate=rate,
            minutes=5,
            bed=f"H{rng.randrange(1, 40):03d}",
            until=plan.end,
        )

    def _morning(self, day: int, hour: int = 7) -> datetime:
        """A ward round of a later day, before the patient leaves."""
        morning = self.plan.start.replace(hour=hour, minute=self.rng.randrange(10, 50)) + timedelta(days=day)
        return max(self.plan.start, min(morning, self.plan.end - timedelta(minutes=20)))

    def _medicines_by_day(self, nights: int) -> None:
        chosen = self._choice()
        if not self.facility.station and self.care.icd3 not in PHYSICAL:
            chosen = [*chosen, content.medicine(INFUSION)]
        for day in range(nights):
            for medicine in chosen[: 5 if day < 4 else 3]:
                times = 1 if not medicine.oral or self.plan.regular else 2
                unit = medicine.unit.lower()
                self._medicine(
                    medicine,
                    self._morning(day, 8) if day else self._at(45),
                    quantity=times,
                    dose=f"1 {unit}/lần * {times} lần/ngày [{times} {unit}/ngày]",
                )

    def _supplies(self, nights: int) -> None:
        if self.care.icd3 in PHYSICAL or self.facility.station:
            return
        for supply in content.supplies():
            for day in range(0, nights, 1 if supply.a_day else 3):
                at = self._morning(day, 8) if day else self._at(50)
                self.orders.lines.append(
                    Line(
                        supply,
                        max(1, supply.a_day) * 1000,
                        supply.price * 1000,
                        supply.price * 1000,
                        self.department,
                        self.doctor[0],
                        at,
                        at,
                        self.plan.end,
                    )
                )


def _own_level(person: Person, loinc: str) -> float:
    """Where in a range a person usually stands, 0 to 1; a pure function, so that trends hold together."""
    return (person.number * 2_654_435_761 + crc32(loinc.encode())) % 4_294_967_296 / 4_294_967_296


def antiretroviral(plan: Plan, line: Line) -> bool:
    return plan.icd10 == HIV and isinstance(line.item, Medicine) and "B20" in line.item.icd3
