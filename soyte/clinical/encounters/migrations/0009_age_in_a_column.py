from django.db import migrations, models
from django.db.models import Case, F, Func, Q, Value, When
from django.db.models.functions import Cast, ExtractDay, ExtractMonth, ExtractYear, Left, Length, RPad
from django.db.models.lookups import Exact, GreaterThanOrEqual, In

WRITTEN = Left(F("birth_written"), 8)
OTHERS = Func(WRITTEN, Value("0123456789"), Value(""), function="translate", output_field=models.CharField())
IS_READ = Q(Exact(OTHERS, Value("")), In(Length(WRITTEN), [4, 8]), GreaterThanOrEqual(WRITTEN, Value("0001")))
BORN = Case(When(IS_READ, then=Cast(RPad(WRITTEN, 8, Value("0")), models.IntegerField())))
ARRIVED = ExtractYear("started_at") * 10_000 + ExtractMonth("started_at") * 100 + ExtractDay("started_at")


class Migration(migrations.Migration):
    dependencies = [
        ("encounters", "0008_counted_in_the_index"),
        ("organisations", "0001_initial"),
        ("people", "0002_which_of_a_pair_stands"),
    ]

    operations = [
        migrations.RemoveIndex(model_name="encounter", name="encounter_counted"),
        migrations.AddField(
            model_name="encounter",
            name="age",
            field=models.GeneratedField(
                db_persist=True,
                expression=Cast((Cast(ARRIVED, models.IntegerField()) - BORN) / 10_000, models.SmallIntegerField()),
                output_field=models.SmallIntegerField(null=True),
            ),
        ),
        migrations.AddIndex(
            model_name="encounter",
            index=models.Index(
                condition=models.Q(("in_force", True)),
                fields=["ended_on", "facility_code"],
                include=(
                    "id",
                    "unit",
                    "person",
                    "kind",
                    "sex",
                    "age",
                    "started_at",
                    "result_code",
                    "main_icd",
                    "main_icd_chapter",
                    "commune_code",
                    "labels",
                    "treatment_days",
                    "total_amount",
                    "insurer_amount",
                ),
                name="encounter_counted",
            ),
        ),
    ]
