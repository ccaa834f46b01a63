from django.db import migrations


class Migration(migrations.Migration):
    dependencies = []
    operations = [
        migrations.RunSQL("create sequence receipt_number as bigint", "drop sequence receipt_number"),
    ]
