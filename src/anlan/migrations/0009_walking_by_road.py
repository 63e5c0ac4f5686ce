from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("anlan", "0008_messages"),
    ]

    operations = [
        migrations.AddField(
            model_name="patrolsettings",
            name="walks_by",
            field=models.CharField(default="line", max_length=8),
        ),
    ]
