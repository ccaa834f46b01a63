"""A decision in the list of what was done is told by its kind, not in the language of whoever took it."""

from django.db import migrations, models

TAKEN = {
    "open": ("Ổ dịch đang theo dõi: ", "Outbreak under watch: "),
    "dismissed": ("Không phải ổ dịch: ", "Not an outbreak: "),
    "closed": ("Đã kết thúc: ", "Ended: "),
}


def tell_by_kind(apps, schema_editor):
    """What bears no state in front was the machine's: a signal that nobody looked at."""
    acts = apps.get_model("infectious_disease", "OutbreakAct")
    for act in acts.objects.filter(what="decision"):
        found = [(kind, words) for kind, taken in TAKEN.items() for words in taken if act.note.startswith(words)]
        act.what, words = found[0] if found else ("dismissed", act.note)
        act.note = act.note.removeprefix(words)
        act.save(update_fields=["what", "note"])


class Migration(migrations.Migration):
    dependencies = [
        ("infectious_disease", "0004_number_of_one_report"),
    ]

    operations = [
        migrations.AlterField(
            model_name="outbreakact",
            name="what",
            field=models.CharField(
                choices=[
                    ("inquiry", "Điều tra ca bệnh, tìm người tiếp xúc"),
                    ("sample", "Lấy mẫu xét nghiệm"),
                    ("isolation", "Cách ly, điều trị"),
                    ("vector", "Phun hóa chất, diệt lăng quăng"),
                    ("cleaning", "Khử khuẩn môi trường"),
                    ("vaccination", "Tiêm phòng"),
                    ("teaching", "Truyền thông"),
                    ("report", "Báo cáo cấp trên"),
                    ("other", "Việc khác"),
                    ("open", "Xác nhận là ổ dịch"),
                    ("dismissed", "Quyết định không phải ổ dịch"),
                    ("closed", "Kết thúc ổ dịch"),
                ],
                max_length=12,
            ),
        ),
        migrations.RunPython(tell_by_kind, migrations.RunPython.noop),
    ]
